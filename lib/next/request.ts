import { absoluteEnd, type CarriedSession, cookieValues, maxCookies, storeNow } from '../core/cookie/carrier.ts'
import type { ResolvedCookie } from '../core/cookie/cookie-options.ts'
import { SessionError } from '../core/errors.ts'
import { SessionRecord } from '../core/session/record.ts'
import type { RequestContext, SessionContext, SessionScope } from '../core/session/request-context.ts'
import { Session } from '../core/session/session.ts'
import { policyOf, touchStepSeconds } from '../core/store/expiry.ts'
import type { StoredSession } from '../core/store/stored-session.ts'
import { clientOf } from '../web/client-info.ts'
import { adoptSession } from './adopt.ts'
import { deviceRejection, onItsDevice } from './device-check.ts'
import { NextRequestContext } from './next-request-context.ts'
import { isNextSignal, platform } from './platform.ts'
import { type AnySession, type Entry, requests } from './requests.ts'
import { readOnlyCookies, responseCookies } from './response-cookies.ts'

/**
 * The result of one `createSessions` with resolved options. Two results with different options have different values of
 * `optionsKey`.
 */
export interface ConfiguredSessions {
  readonly context: SessionContext
  readonly optionsKey: string
}

/**
 * Returns the session of the current request. The headers object identifies the request: it stays the same from an
 * action to the page that is rendered after it. `configured` is called only when there is a request; a build has none
 * and stops at `headers()`.
 */
export async function requestSession(configured: () => ConfiguredSessions): Promise<AnySession> {
  const here = platform()
  const headers = await here.headers()
  const { context, optionsKey } = configured()
  const { name } = context.options.cookie
  const entries = requests.entries.get(headers) ?? new Map<string, Entry>()
  requests.entries.set(headers, entries)
  if (!entries.has(name)) {
    const { value } = (await here.cookies()).get(name) ?? {}
    // Another call may have added the entry in the meantime.
    if (!entries.has(name)) entries.set(name, { optionsKey, cookies: valuesOf(headers, value, name), session: null })
  }
  const entry = entries.get(name) as Entry
  if (entry.optionsKey !== optionsKey) {
    throw new SessionError(
      'CONFIG_INVALID',
      `Two createSessions with different options use the cookie ${name}. Give one of them another cookie.name.`,
    )
  }
  // Each caller awaits its own io(): Next stops a prerender there, and a promise shared across renders would hang the
  // others.
  if (entry.cookies.length > 0 || (context.adopt && headers.has('cookie'))) await here.io()
  if (!entry.session) {
    const session = load(context, entry.cookies, headers, new NextRequestContext(context, headers))
    session.catch(() => {
      if (entry.session === session) entry.session = null // the next call tries again
    })
    entry.session = session
  }
  return entry.session
}

/**
 * Returns the values of the cookie in the header, which may have several. `current` is Next's value. If this value is not in the
 * header, a middleware or the app has set the cookie for this request, or has deleted it (an empty value).
 */
export function valuesOf(headers: Headers, current: string | undefined, name: string): readonly string[] {
  const sent = cookieValues(headers.get('cookie'), name, Number.POSITIVE_INFINITY)
  const isSent = current === undefined || sent.some((value) => value === current || decoded(value) === current)
  if (isSent) return sent.slice(0, maxCookies)
  return current === '' ? [] : [current, ...sent].slice(0, maxCookies)
}

/** Decodes the value of a cookie as Next does. */
function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** Returns the read-only session of a plain `Request`. */
export async function plainSession(context: SessionContext, headers: Headers): Promise<AnySession> {
  const values = cookieValues(headers.get('cookie'), context.options.cookie.name)
  const cookies = readOnlyCookies('on a session from fromRequest()')
  const client = clientOf(headers, context.options)
  const request = { responseCookies: async () => cookies, client, isShownNow: () => false, later: () => {} }
  return load(context, values, headers, request)
}

async function load(
  context: SessionContext,
  cookies: readonly string[],
  headers: Headers,
  request: RequestContext,
): Promise<AnySession> {
  const carried = await openCookies(context, cookies, headers, request)
  const { found, unproven } = carried
  if (unproven) context.emit(deviceRejection(unproven.row))
  else if (typeof found === 'string' && found !== 'device') context.emit({ type: 'rejected', reason: found })
  const scope: SessionScope = { context, carried, request }
  const record = new SessionRecord(scope)
  if (record.credential && record.row) touchLater(scope, record, record.row)
  return new Session(scope, record)
}

/**
 * Opens the session of a request's cookies: within its absolute lifetime, and only on the device to which it is bound. If no cookie
 * is authentic, adopts a session of another library. Apps without these two options make no call for them, because an asynchronous
 * call costs each request time.
 */
export async function openCookies(
  context: SessionContext,
  cookies: readonly string[],
  headers: Headers,
  request: RequestContext,
): Promise<CarriedSession> {
  const { deviceSigner, adopt } = context
  let carried = withinAbsoluteLifetime(context, await context.carrier.open(cookies))
  if (deviceSigner) carried = await onItsDevice(deviceSigner, context, carried, headers)
  return adopt ? adoptSession(adopt, context, carried, headers, request) : carried
}

/**
 * Rejects a session whose absolute lifetime is over. Checked here, because `absoluteMaxAge` may have been shortened
 * after the row was last written.
 */
function withinAbsoluteLifetime({ options }: SessionContext, carried: CarriedSession): CarriedSession {
  const { found } = carried
  if (found === null || typeof found === 'string') return carried
  return storeNow(found.row) < absoluteEnd(options.policy, found.row) ? carried : { ...carried, found: 'unknown' }
}

/** After the response, advances last-seen if it is a step behind. Under `rolling`, advances the expiry, too. */
function touchLater({ context, carried, request }: SessionScope, record: SessionRecord, row: StoredSession): void {
  const { rolling, recordClient } = context.options
  const policy = policyOf(context.options, row.userId)
  if (!carried.canTouch || row.secondsSinceSeen < touchStepSeconds(row.expiry, policy)) return
  request.later(async () => {
    const { credential, row: latest } = record
    // The session was deleted, or a write has advanced last-seen.
    if (!credential || latest?.lastSeenAt.getTime() !== row.lastSeenAt.getTime()) return
    await carried.store.update(credential, { extendsExpiry: rolling, ...(recordClient && { client: request.client }) }, policy)
  })
}

/**
 * Prepares the current request for a redirect to the login page. A page that redirects consumes no flashes, and after an action
 * Next refetches every page. The session's cookie is left alone, because it may belong to a newer login in another tab. Returns the
 * status of the redirect: 303 in a route handler, because its request may be a POST, which a browser repeats after a 307.
 */
export async function prepareTurnAway({ options }: SessionContext): Promise<303 | 307> {
  const headers = await platform().headers()
  requests.turnedAway.add(headers)
  await refreshPages(options.cookie)
  const { readOnlyContext, inAction } = await responseCookies(platform(), headers, options.cookie)
  return readOnlyContext === null && !inAction ? 303 : 307
}

/** In a server action, makes Next refetch every page. Does nothing elsewhere, as in a script. */
export async function refreshPages(cookie: ResolvedCookie): Promise<void> {
  const headers = await headersOrNull()
  if (!headers?.has('next-action')) return
  const cookies = await responseCookies(platform(), headers, cookie)
  if (cookies.readOnlyContext === null) cookies.refreshPages()
}

/** Returns null outside a request. */
async function headersOrNull(): Promise<Headers | null> {
  try {
    return await platform().headers()
  } catch (error) {
    if (isNextSignal(error)) throw error
    return null
  }
}
