import { absoluteEnd, type CarriedSession, storeNow } from '../core/cookie/carrier.ts'
import { SessionError } from '../core/errors.ts'
import { SessionRecord } from '../core/session/record.ts'
import type { RequestContext, SessionContext, SessionScope } from '../core/session/request-context.ts'
import { Session } from '../core/session/session.ts'
import { touchStepSeconds } from '../core/store/expiry.ts'
import type { Client, StoredSession } from '../core/store/store.ts'
import { clientOf } from '../web/client-info.ts'
import { platform } from './platform.ts'
import { readOnlyCookies, responseCookies } from './response-cookies.ts'

/** The session of one request. The first `getSession` loads it; later calls share it. */
interface Entry {
  readonly optionsKey: string
  readonly cookie: string | undefined
  session: Promise<AnySession> | null
}

/** All requests by their headers. */
interface Requests {
  /** Their sessions, by the name of the cookie. */
  readonly entries: WeakMap<Headers, Map<string, Entry>>
  /** Those that respond with a redirect. */
  readonly turnedAway: WeakSet<Headers>
}

// On globalThis, because a bundler may load several copies of this module: pages and actions can have one each.
const requestsKey = Symbol.for('coatcheck.requests')
const shared = globalThis as { [requestsKey]?: Requests }
shared[requestsKey] ??= { entries: new WeakMap(), turnedAway: new WeakSet() }
const requests = shared[requestsKey]

/** One `createSessions` with its options resolved. `optionsKey` distinguishes two with different options. */
export interface ConfiguredSessions {
  readonly context: SessionContext
  readonly optionsKey: string
}

/**
 * Returns the session of the current request. The headers object identifies the request: it stays the same from an action to the page that
 * is rendered after it. `configured` is called only when there is a request; a build has none and stops at `headers()`.
 */
export async function requestSession(configured: () => ConfiguredSessions): Promise<AnySession> {
  const here = platform()
  const [headers, cookies] = [await here.headers(), await here.cookies()]
  const { context, optionsKey } = configured()
  const { name } = context.options.cookie
  const entries = requests.entries.get(headers) ?? new Map<string, Entry>()
  requests.entries.set(headers, entries)
  const entry = entries.get(name) ?? { optionsKey, cookie: cookies.get(name)?.value, session: null }
  entries.set(name, entry)
  if (entry.optionsKey !== optionsKey) {
    throw new SessionError(
      'CONFIG_INVALID',
      `Two createSessions with different options use the cookie ${name}. Give one of them another cookie.name.`,
    )
  }
  // Each caller awaits its own io(): Next stops a prerender there, and a promise shared across renders would hang the others.
  if (entry.cookie !== undefined) await here.io()
  if (!entry.session) {
    const session = load(context, entry.cookie, new NextRequestContext(context, headers))
    session.catch(() => {
      if (entry.session === session) entry.session = null // the next call tries again
    })
    entry.session = session
  }
  return entry.session
}

type AnySession = Session<Record<string, unknown>, string>

/** Returns the read-only session of a plain `Request`. */
export async function plainSession(context: SessionContext, headers: Headers, cookie: string | undefined): Promise<AnySession> {
  const cookies = readOnlyCookies('on a session from fromRequest()')
  const client = clientOf(headers, context.options)
  return load(context, cookie, { responseCookies: async () => cookies, client, isShownNow: () => false, later: () => {} })
}

async function load(context: SessionContext, cookie: string | undefined, request: RequestContext): Promise<AnySession> {
  const carried = withinAbsoluteLifetime(context, await context.carrier.open(cookie))
  if (typeof carried.found === 'string') context.emit({ type: 'rejected', reason: carried.found })
  const scope: SessionScope = { context, carried, request }
  const record = new SessionRecord(scope)
  if (record.row) touchLater(scope, record, record.row)
  return new Session(scope, record)
}

/** Rejects a session whose absolute lifetime is over. The row does not know if `absoluteMaxAge` became stricter after its last write. */
function withinAbsoluteLifetime({ options }: SessionContext, carried: CarriedSession): CarriedSession {
  const { found } = carried
  if (found === null || typeof found === 'string') return carried
  return storeNow(found.row) < absoluteEnd(options.policy, found.row) ? carried : { ...carried, found: 'unknown' }
}

/** After the response, advances last-seen if it is a step behind; under `rolling`, the expiry, too. */
function touchLater({ context, carried, request }: SessionScope, record: SessionRecord, row: StoredSession): void {
  const { rolling, recordClient, policy } = context.options
  if (!carried.canTouch || row.secondsSinceSeen < touchStepSeconds(row.expiry, policy)) return
  request.later(async () => {
    const { credential, row: latest } = record
    if (!credential || latest?.lastSeenAt.getTime() !== row.lastSeenAt.getTime()) return // deleted, or a write has advanced it
    await carried.store.update(credential, { extendsExpiry: rolling, ...(recordClient && { client: request.client }) }, policy)
  })
}

/** Marks the current request as one that responds with a redirect, so that its page shows no flashes. */
export async function markTurnedAway(): Promise<void> {
  requests.turnedAway.add(await platform().headers())
}

/** A class, because an object literal with a getter for each request costs more. */
class NextRequestContext implements RequestContext {
  readonly #options: SessionContext['options']
  readonly #headers: Headers
  #client: Client | undefined

  constructor({ options }: SessionContext, headers: Headers) {
    this.#options = options
    this.#headers = headers
  }

  responseCookies() {
    return responseCookies(platform(), this.#headers, this.#options.cookie)
  }

  // Computed on demand, because most requests only read.
  get client() {
    this.#client ??= clientOf(this.#headers, this.#options)
    return this.#client
  }

  isShownNow() {
    return isDocumentLoad(this.#headers) && !requests.turnedAway.has(this.#headers)
  }

  later(task: () => Promise<void>) {
    try {
      platform().after(task)
    } catch {
      // Next has no after() inside a private cache. The task is skipped; the next visit runs it.
    }
  }
}

function isDocumentLoad(headers: Headers): boolean {
  return headers.get('sec-fetch-dest') === 'document' && !headers.has('sec-purpose') && !headers.has('purpose')
}
