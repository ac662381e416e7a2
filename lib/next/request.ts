import { SessionError } from '../core/errors.ts'
import { touchStepSeconds } from '../core/expiry.ts'
import { Session } from '../core/session.ts'
import { SessionState, type Ticket } from '../core/state.ts'
import type { StoredSession } from '../core/store.ts'
import { macInput, parseToken } from '../core/token.ts'
import type { SessionContext, Visit } from '../core/visit.ts'
import { clientOf } from './client.ts'
import { openJar } from './jar.ts'
import { platform } from './platform.ts'

/** What one request knows of its session: begun by the first `getSession`, shared by all that follow. */
interface Entry {
  readonly optionsKey: string
  readonly cookie: Cookie
  session: Promise<AnySession> | null
}

/** What the session cookie turned out to be. */
type Cookie = 'absent' | 'malformed' | 'forged' | Ticket

// One map for all copies of this module that a bundler may load: pages and actions can have one each.
const requestsKey = Symbol.for('coatcheck.requests')
const shared = globalThis as { [requestsKey]?: WeakMap<Headers, Map<string, Entry>> }
shared[requestsKey] ??= new WeakMap()
const requests = shared[requestsKey]

/** One `createSessions`, with its options resolved; `optionsKey` tells two with different options apart. */
export interface Prepared {
  readonly context: SessionContext
  readonly optionsKey: string
}

/**
 * The session of the running request. The headers object is the same one throughout a request, from the action to the page rendered after
 * it, and so names the request. Options are looked at only once there is a request: a build, which has none, stops at `headers()`.
 */
export async function requestSession(prepared: () => Prepared): Promise<AnySession> {
  const here = platform()
  const [headers, cookies] = [await here.headers(), await here.cookies()]
  const { context, optionsKey } = prepared()
  const { name } = context.options.cookie
  const entries = requests.get(headers) ?? new Map<string, Entry>()
  requests.set(headers, entries)
  const entry = entries.get(name) ?? { optionsKey, cookie: verified(context, cookies.get(name)?.value), session: null }
  entries.set(name, entry)
  if (entry.optionsKey !== optionsKey) {
    throw new SessionError(
      'CONFIG_INVALID',
      `Two createSessions with different options use the cookie ${name}. Give one another cookie.name.`,
    )
  }
  // Each caller awaits its own io(): Next stops a prerender there, and a promise shared across renders would hang the others.
  if (entry.cookie !== 'absent') await here.io()
  entry.session ??= load(context, entry.cookie, requestVisit(context, headers))
  const { session } = entry
  session.catch(() => {
    if (entry.session === session) entry.session = null // the next call may find the store well again
  })
  return session
}

type AnySession = Session<Record<string, unknown>, string>

/** The session that a plain request carries, to read only. */
export async function plainSession(context: SessionContext, headers: Headers, value: string | undefined): Promise<AnySession> {
  const nowhere = () => {}
  const jar = { writable: false, inAction: false, send: nowhere, clear: nowhere, refreshPage: nowhere }
  const visit = { jar: async () => jar, client: clientOf(headers, context.options), later: nowhere }
  return load(context, verified(context, value), visit)
}

/** The ticket that a cookie holds, if this server signed it; nothing else ever reaches the store. */
function verified({ options, cryptography }: SessionContext, value: string | undefined): Cookie {
  if (value === undefined) return 'absent'
  const token = parseToken(value)
  if (!token) return 'malformed'
  const { id, secret, text, expiresSeconds, signed, mac } = token
  if (!cryptography.verify(macInput(options.cookie.name, signed), mac)) return 'forged'
  return { id, secret, text, expiresSeconds, tokenHash: cryptography.tokenHash(secret) }
}

async function load(context: SessionContext, cookie: Cookie, visit: Visit): Promise<AnySession> {
  const ticket = typeof cookie === 'string' ? null : cookie
  const row = ticket && (await context.store.find(ticket))
  if (!row && cookie !== 'absent') context.emit({ type: 'rejected', reason: typeof cookie === 'string' ? cookie : 'unknown' })
  const state = new SessionState(context, cookie !== 'absent', ticket && row ? { row, ticket } : null)
  if (row) touchLater(context, state, visit, row)
  return new Session(context, state, visit)
}

/** Any visit moves last-seen, in steps; under `rolling` expiry, too. It costs the response nothing. */
function touchLater({ store, options }: SessionContext, state: SessionState, visit: Visit, row: StoredSession): void {
  if (row.secondsSinceSeen < touchStepSeconds(row.expiry, options.policy)) return
  visit.later(async () => {
    const { ticket, row: latest } = state
    if (!ticket || latest?.lastSeenAt.getTime() !== row.lastSeenAt.getTime()) return // ended, or moved by a write
    await store.update(ticket, { active: options.rolling, ...(options.recordClient && { client: visit.client }) }, options.policy)
  })
}

function requestVisit({ options }: SessionContext, headers: Headers): Visit {
  return {
    jar: () => openJar(platform(), headers, options.cookie),
    client: clientOf(headers, options),
    later: (task) => {
      try {
        platform().after(task)
      } catch {
        // Inside a private cache Next offers no after(): what is put off waits for the next visit.
      }
    },
  }
}
