import { SessionError } from '../core/errors.ts'
import { touchStepSeconds } from '../core/expiry.ts'
import { Session } from '../core/session.ts'
import { SessionState, type Ticket } from '../core/state.ts'
import type { StoredSession } from '../core/store.ts'
import { macInput, type ParsedToken, parseToken } from '../core/token.ts'
import type { SessionContext, Visit } from '../core/visit.ts'
import { clientOf } from './client.ts'
import { openJar } from './jar.ts'
import { platform } from './platform.ts'

/** What one request knows of its session: begun by the first `getSession`, shared by all that follow. */
interface Entry {
  readonly optionsKey: string
  readonly ticket: Ticket | null
  session: Promise<AnySession> | null
}

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
  const entry = entries.get(name) ?? { optionsKey, ticket: verified(context, cookies.get(name)?.value), session: null }
  entries.set(name, entry)
  if (entry.optionsKey !== optionsKey) {
    throw new SessionError(
      'CONFIG_INVALID',
      `Two createSessions with different options use the cookie ${name}. Give one another cookie.name.`,
    )
  }
  // Each caller awaits its own io(): Next stops a prerender there, and a promise shared across renders would hang the others.
  if (entry.ticket) await here.io()
  entry.session ??= load(context, entry.ticket, cookies.get(name) !== undefined, requestVisit(context, headers))
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
  return load(context, verified(context, value), value !== undefined, visit)
}

/** The ticket that a cookie holds; null, and no query, for anything this server did not sign. */
function verified({ options, cryptography, emit }: SessionContext, value: string | undefined): Ticket | null {
  if (!value) return null
  const token: ParsedToken | null = parseToken(value)
  if (!token || !cryptography.verify(macInput(options.cookie.name, token.signed), token.mac)) {
    emit({ type: 'rejected', reason: token ? 'forged' : 'malformed' })
    return null
  }
  const { id, secret, text, expiresSeconds } = token
  return { id, secret, text, expiresSeconds, tokenHash: cryptography.tokenHash(secret) }
}

async function load(context: SessionContext, ticket: Ticket | null, hasCookie: boolean, visit: Visit): Promise<AnySession> {
  const row = ticket && (await context.store.find(ticket))
  if (ticket && !row) context.emit({ type: 'rejected', reason: 'unknown' })
  const state = new SessionState(context, hasCookie, ticket && row ? { row, ticket } : null)
  if (ticket && row) touchLater(context, state, visit, row)
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
