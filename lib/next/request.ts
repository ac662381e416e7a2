import type { OpenedCookie } from '../core/cookie/carrier.ts'
import { SessionError } from '../core/errors.ts'
import { touchStepSeconds } from '../core/store/expiry.ts'
import { Session } from '../core/session/session.ts'
import { absoluteEnd, issueCredential, SessionState, storeNow, type SessionCredential } from '../core/session/state.ts'
import type { Client, StoredSession } from '../core/store/store.ts'
import { macInput, parseToken } from '../core/cookie/token.ts'
import type { SessionContext, RequestContext } from '../core/session/request-context.ts'
import { clientOf } from '../web/client.ts'
import { responseCookies, readOnlyCookies } from './response-cookies.ts'
import { platform } from './platform.ts'

/** What one request knows of its session: begun by the first `getSession`, shared by all that follow. */
interface Entry {
  readonly optionsKey: string
  readonly cookie: Cookie
  session: Promise<AnySession> | null
}

/** What the session cookie turned out to be. One that holds the session itself is opened later: that takes the clock. */
type Cookie = 'absent' | 'malformed' | 'forged' | SessionCredential | { readonly sealed: string }

/** All requests by their headers: what they know of their sessions, by cookie, and which have answered with a redirect. */
interface Requests {
  readonly entries: WeakMap<Headers, Map<string, Entry>>
  readonly turnedAway: WeakSet<Headers>
}

// One for all copies of this module that a bundler may load: pages and actions can have one each.
const requestsKey = Symbol.for('coatcheck.requests')
const shared = globalThis as { [requestsKey]?: Requests }
shared[requestsKey] ??= { entries: new WeakMap(), turnedAway: new WeakSet() }
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
  const entries = requests.entries.get(headers) ?? new Map<string, Entry>()
  requests.entries.set(headers, entries)
  const entry = entries.get(name) ?? { optionsKey, cookie: cookieOf(context, cookies.get(name)?.value), session: null }
  entries.set(name, entry)
  if (entry.optionsKey !== optionsKey) {
    throw new SessionError(
      'CONFIG_INVALID',
      `Two createSessions with different options use the cookie ${name}. Give one another cookie.name.`,
    )
  }
  // Each caller awaits its own io(): Next stops a prerender there, and a promise shared across renders would hang the others.
  if (entry.cookie !== 'absent') await here.io()
  if (!entry.session) {
    const session = load(context, entry.cookie, new NextRequestContext(context, headers))
    session.catch(() => {
      if (entry.session === session) entry.session = null // the next call may find the store well again
    })
    entry.session = session
  }
  return entry.session
}

type AnySession = Session<Record<string, unknown>, string>

/** The session that a plain request carries, to read only. */
export async function plainSession(context: SessionContext, headers: Headers, value: string | undefined): Promise<AnySession> {
  const jar = readOnlyCookies('on a session from fromRequest()')
  const visit = { responseCookies: async () => jar, client: clientOf(headers, context.options), isSeen: () => false, later: () => {} }
  return load(context, cookieOf(context, value), visit)
}

function cookieOf(context: SessionContext, value: string | undefined): Cookie {
  if (value === undefined) return 'absent'
  return context.openCookie ? { sealed: value } : verified(context, value)
}

/** The ticket that a cookie holds, if this server signed it; nothing else ever reaches the store. */
function verified({ options, cryptography }: SessionContext, value: string): Cookie {
  const token = parseToken(value)
  if (!token) return 'malformed'
  const { id, tokenSecret: secret, text, expiresSeconds, signed, mac } = token
  if (!cryptography.verify(macInput(options.cookie.name, signed), mac)) return 'forged'
  return { id, tokenSecret: secret, value: text, expiresSeconds, tokenHash: cryptography.tokenHash(secret) }
}

/** The session of a cookie; why a cookie was none; null without a cookie. */
type Found = { readonly row: StoredSession; readonly ticket: SessionCredential } | 'malformed' | 'forged' | 'unknown' | null

async function load(context: SessionContext, cookie: Cookie, visit: RequestContext): Promise<AnySession> {
  if (!context.openCookie) return sessionOf(context, cookie, await storedSession(context, cookie), visit)
  const opened = await context.openCookie(typeof cookie === 'object' && 'sealed' in cookie ? cookie.sealed : undefined)
  const own = { ...context, store: opened.store }
  return sessionOf(own, cookie, sealedSession(own, opened), visit)
}

function sessionOf(context: SessionContext, cookie: Cookie, opened: Found, visit: RequestContext): AnySession {
  const found = isOver(context, opened) ? 'unknown' : opened
  if (typeof found === 'string') context.emit({ type: 'rejected', reason: found })
  const live = typeof found === 'string' ? null : found
  const state = new SessionState(context, cookie !== 'absent', live)
  if (live) touchLater(context, state, visit, live.row)
  return new Session(context, state, visit)
}

/** The session that a ticket opens. */
async function storedSession({ store }: SessionContext, cookie: Cookie): Promise<Found> {
  if (cookie === 'absent') return null
  if (typeof cookie === 'string') return cookie
  if ('sealed' in cookie) return 'malformed'
  const row = await store.find(cookie)
  return row && storeNow(row) < cookie.expiresSeconds ? { row, ticket: cookie } : 'unknown'
}

/** Whether it has outlived an `absoluteMaxAge` that came after its last write. */
function isOver({ options }: SessionContext, found: Found): boolean {
  return found !== null && typeof found === 'object' && storeNow(found.row) >= absoluteEnd(options.policy, found.row)
}

/** The session that the cookie is. */
function sealedSession(context: SessionContext, { found }: OpenedCookie): Found {
  return found === null || typeof found === 'string' ? found : { row: found, ticket: issueCredential(context, '', found) }
}

/**
 * Any visit moves last-seen, in steps; under `rolling` expiry, too. It costs the response nothing. A session that lies in its cookie cannot
 * be moved there: after the response no cookie can be sent.
 */
function touchLater({ store, options }: SessionContext, state: SessionState, visit: RequestContext, row: StoredSession): void {
  if (row.sealed !== undefined || row.secondsSinceSeen < touchStepSeconds(row.expiry, options.policy)) return
  visit.later(async () => {
    const { credential: ticket, row: latest } = state
    if (!ticket || latest?.lastSeenAt.getTime() !== row.lastSeenAt.getTime()) return // ended, or moved by a write
    await store.update(ticket, { extendsExpiry: options.rolling, ...(options.recordClient && { client: visit.client }) }, options.policy)
  })
}

/** From now on the running request counts as one whose page nobody sees: it answers with a redirect. */
export async function markTurnedAway(): Promise<void> {
  requests.turnedAway.add(await platform().headers())
}

/** A class, since a getter of an object made for each request costs more than the object. */
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

  // Most requests only read, and need not know it.
  get client() {
    this.#client ??= clientOf(this.#headers, this.#options)
    return this.#client
  }

  isSeen() {
    return isLoadedNow(this.#headers) && !requests.turnedAway.has(this.#headers)
  }

  later(task: () => Promise<void>) {
    try {
      platform().after(task)
    } catch {
      // Inside a private cache Next offers no after(): what is put off waits for the next visit.
    }
  }
}

function isLoadedNow(headers: Headers): boolean {
  return headers.get('sec-fetch-dest') === 'document' && !headers.has('sec-purpose') && !headers.has('purpose')
}
