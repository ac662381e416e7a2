import { type NextFetchEvent, type NextMiddleware, type NextRequest, NextResponse } from 'next/server.js'
import { type CookieStore, cookieValues, firstAuthentic, type SessionCarrier } from '../core/cookie/carrier.ts'
import { openToken, type VerifyMac } from '../core/cookie/token.ts'
import { deepFreeze, type JsonObject } from '../core/data/json.ts'
import { visible } from '../core/data/schema.ts'
import { SessionError } from '../core/errors.ts'
import { type ResolvedOptions, resolveOptions, type SessionOptions } from '../core/options.ts'
import { privateResponse } from '../web/private-response.ts'
import { safeNext } from '../web/safe-next.ts'
import { webVerifier } from '../web/web-crypto.ts'

/** The options of `createGuard`, in addition to the shared options. */
export interface GuardOptions {
  /**
   * The paths to protect, each with everything below it. '/account' does not cover '/accounting'.
   * @default every path that the
   * matcher lets through
   */
  protect?: readonly string[]
  /** 'user' requires a logged-in session, 'session' any session. @default 'user' */
  require?: 'user' | 'session'
  /** Your own middleware. It runs for requests that pass. With `store`, it also receives the visitor's session, or null. */
  next?: (request: NextRequest, event: NextFetchEvent, session: GuardedSession | null) => ReturnType<NextMiddleware>
  /** The store, if it is `cookieStore()`. The guard then reads the session itself. @default none: the guard reads tokens */
  store?: CookieStore
}

/** A session as the guard reads it from its cookie: the stored JSON, without defaults or `serializer`, deeply frozen. */
export interface GuardedSession {
  readonly id: string
  readonly userId: string | null
  readonly data: JsonObject
}

/**
 * A token is rejected this long after its outer limit. The row decides; a guard whose clock is ahead must not turn away a
 * visitor who has just logged in, because the login page would lead back to it.
 */
const leewaySeconds = 86_400

/**
 * Creates the function that `middleware.ts` exports as `middleware`, or `proxy.ts` as `proxy`. It turns visitors without a
 * valid token away before a page runs: GET and HEAD requests receive a 307 to `signIn` with the path as `next`. Other methods
 * pass, because a redirected server action shows an error.
 *
 * The guard saves a page load. It does not secure the page, because it does not query the database: pages, actions and handlers
 * check for themselves with `requireUser`.
 * @example export const middleware = createGuard(sessionOptions)
 * @throws {SessionError} CONFIG_INVALID at the first request if the options are wrong.
 */
export function createGuard(options: SessionOptions, { protect, require = 'user', next, store }: GuardOptions = {}) {
  let settings: GuardSettings | undefined
  return async function guard(request: NextRequest, event: NextFetchEvent): Promise<Response> {
    settings ??= guardSettings(options, protect, store)
    const { signIn, cookie } = settings.options
    const values = cookieValues(request.headers.get('cookie'), cookie.name)
    const session = settings.carrier ? await readSession(settings.carrier, values) : null
    const asksForPage = request.method === 'GET' || request.method === 'HEAD'
    if (asksForPage && isProtected(request.nextUrl.pathname, signIn, settings.roots)) {
      const known = settings.carrier
        ? session !== null && (require === 'session' || session.userId !== null)
        : await hasToken(values, cookie.name, require, settings.verify)
      if (!known) return privateResponse(redirectToSignIn(request, signIn))
    }
    return privateResponse((await next?.(request, event, session)) || NextResponse.next())
  }
}

interface GuardSettings {
  readonly options: ResolvedOptions
  readonly verify: VerifyMac
  readonly carrier: SessionCarrier | undefined
  readonly roots: readonly string[]
}

function guardSettings(
  options: SessionOptions,
  protect: readonly string[] | undefined,
  store: CookieStore | undefined,
): GuardSettings {
  const resolved = resolveOptions(options, process.env.NODE_ENV === 'production')
  const verify = webVerifier(resolved.secrets)
  return { options: resolved, verify, carrier: store?.carrier(resolved), roots: rootsOf(protect) }
}

async function readSession(carrier: SessionCarrier, values: readonly string[]): Promise<GuardedSession | null> {
  const { found } = await carrier.open(values)
  if (found === null || typeof found === 'string') return null
  const { id, userId, data } = found.row
  return { id, userId, data: deepFreeze(visible(data)) }
}

async function hasToken(
  values: readonly string[],
  cookieName: string,
  require: 'user' | 'session',
  verify: VerifyMac,
): Promise<boolean> {
  const token = await firstAuthentic(values, (value) => openToken(value, cookieName, verify))
  if (token === null || typeof token === 'string' || (require === 'user' && !token.loggedIn)) return false
  return token.expiresSeconds + leewaySeconds >= Date.now() / 1000
}

/** @throws {SessionError} CONFIG_INVALID for a path that would protect nothing. */
function rootsOf(protect: readonly string[] = ['/']): readonly string[] {
  const wrong = protect.find((path) => !path.startsWith('/'))
  if (wrong !== undefined) {
    throw new SessionError('CONFIG_INVALID', `protect has ${JSON.stringify(wrong)}; start each path with /.`)
  }
  return protect.map(comparablePath)
}

function isProtected(pathname: string, signIn: string, roots: readonly string[]): boolean {
  const path = comparablePath(pathname)
  const signInPath = comparablePath(new URL(signIn, 'http://localhost').pathname)
  return path !== signInPath && roots.some((root) => path === root || path.startsWith(root === '/' ? root : `${root}/`))
}

/** Returns the path decoded and without a trailing slash. */
function comparablePath(pathname: string): string {
  const path = decoded(pathname)
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Next decodes a path before it selects the page, so the guard must do the same. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

function redirectToSignIn(request: NextRequest, signIn: string): NextResponse {
  const { pathname, search } = request.nextUrl
  const target = request.nextUrl.clone()
  const path = new URL(signIn, 'http://localhost')
  target.pathname = path.pathname
  target.search = path.search
  target.hash = path.hash
  target.searchParams.set('next', safeNext(pathname + search))
  return NextResponse.redirect(target, 307)
}
