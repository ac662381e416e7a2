import type { NextFetchEvent, NextMiddleware, NextRequest } from 'next/server.js'
import type { Adopt } from '../core/adoption.ts'
import { type CookieStore, cookieValues } from '../core/cookie/carrier.ts'
import { resolveOptions, type SessionOptions } from '../core/options.ts'
import { signInFor } from '../core/sign-in.ts'
import { type Duration, durationOption } from '../core/store/expiry.ts'
import type { SessionStore } from '../core/store/store.ts'
import { privateResponse } from '../web/private-response.ts'
import { requestCookies } from '../web/request-cookies.ts'
import { deviceRegistrar } from './guard-device.ts'
import { isGuarded, passOn, redirectToSignIn, refuseCookies } from './guard-responses.ts'
import { isSamePath, pathMatcher } from './guarded-paths.ts'
import { type Visitor, visitorReader } from './visitor.ts'

/** The options of `createGuard`, in addition to the shared options. */
export interface GuardOptions {
  /**
   * The paths to protect, each with everything below it. '/account' does not cover '/accounting'.
   * @default every path that the matcher lets through
   */
  protect?: readonly string[]
  /** 'user' requires a logged-in session, 'session' any session. @default 'user' */
  require?: 'user' | 'session'
  /**
   * The login page, as a path or as a function of the path that the visitor asked for. @default the shared option
   * `signIn`
   */
  signIn?: SessionOptions['signIn']
  /**
   * The app's own middleware. It runs for requests that pass. `visitor.loggedIn` is verified, so use it instead of
   * testing for the cookie, which anonymous visitors have, too.
   */
  next?: (request: NextRequest, event: NextFetchEvent, visitor: Visitor) => ReturnType<NextMiddleware>
  /**
   * The store, so that the guard redirects a visitor whose session was revoked at the next click. The guard reads it
   * once for each request of a logged-in visitor to a protected path. A store that needs a driver works in the Node
   * runtime only; `cookieStore()` works everywhere.
   * @default none: the guard reads tokens
   */
  store?: SessionStore | CookieStore
  /**
   * The option `adopt` of `createSessions`: visitors with a session of another library pass to the page. @default none
   */
  adopt?: Adopt | undefined
  /**
   * The longest duration of a read of the store. Afterwards the request passes to the page, which checks the session itself.
   * @default 5
   */
  timeout?: Duration
}

/**
 * Creates the function that `middleware.ts` exports as `middleware`, or `proxy.ts` as `proxy`. It redirects visitors without a
 * valid token before a page runs: GET and HEAD requests receive a 307 to `signIn` with the path as `next`. Server actions and forms
 * pass, because a redirected action shows an error; any other POST receives a 303. Responses for protected paths have
 * `Cache-Control: private, no-store`. A request with more than 200 cookies receives a 431.
 *
 * The guard redirects before the page runs. It does not secure the page: pages, actions and handlers must call
 * `requireUser` themselves. The guard passes the path of the page to `requireUser`.
 * @example export const middleware = createGuard(sessionOptions)
 * @throws {SessionError} CONFIG_INVALID at the first request if the options are wrong.
 */
export function createGuard(options: SessionOptions, guardOptions: GuardOptions = {}) {
  const { require = 'user', next } = guardOptions
  let settings: GuardSettings | undefined
  return async function guard(request: NextRequest, event: NextFetchEvent): Promise<Response> {
    settings ??= guardSettings(options, guardOptions)
    const refusal = refuseCookies(request.headers)
    if (refusal) return refusal
    const { devices } = settings
    const { pathname } = request.nextUrl
    const signIn = settings.signInFor(pathname)
    const isExempt = isSamePath(signIn, pathname) || devices?.isHandler(request)
    const isProtected = settings.isProtected(pathname) && !isExempt
    const isAdmitted = (visitor: { readonly loggedIn: boolean; readonly hasSession: boolean }) =>
      require === 'user' ? visitor.loggedIn : visitor.hasSession
    const { hasSession, id, ...visitor } = await settings.identify(
      cookieValues(request.headers.get('cookie'), settings.cookieName),
      (byToken) => isProtected && isAdmitted(byToken),
      async (row) => (await devices?.isProven(request, row)) ?? true,
    )
    if (isProtected && isGuarded(request) && !isAdmitted({ ...visitor, hasSession })) {
      const isAdopted = !hasSession && (await isAdoptable(request.headers, guardOptions.adopt, require))
      if (!isAdopted) return redirectToSignIn(request, signIn)
    }
    const passed = passOn(request, (await next?.(request, event, visitor)) || null)
    const response = (id && (await devices?.invite(request, id, passed))) || passed
    return isProtected ? privateResponse(response) : response
  }
}

/** Returns true if the visitor has a session of another library, which the page or the next action adopts. */
async function isAdoptable(headers: Headers, adopt: Adopt | undefined, require: 'user' | 'session'): Promise<boolean> {
  const adopted = await adopt?.({ cookies: requestCookies(headers), headers })
  return Boolean(adopted && (require === 'session' || adopted.userId !== null))
}

type GuardSettings = ReturnType<typeof guardSettings>

function guardSettings(options: SessionOptions, { protect, store, timeout = 5, signIn }: GuardOptions) {
  const resolved = resolveOptions({ ...options, ...(signIn && { signIn }) }, process.env.NODE_ENV === 'production')
  const timeoutMs = durationOption('timeout', timeout) * 1000
  return {
    cookieName: resolved.cookie.name,
    isProtected: pathMatcher(protect),
    signInFor: (pathname: string) => signInFor(resolved.signIn, pathname),
    identify: visitorReader(resolved, { store, timeoutMs }),
    devices: deviceRegistrar(resolved),
  }
}
