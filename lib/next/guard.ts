import { type NextFetchEvent, type NextMiddleware, type NextRequest, NextResponse } from 'next/server.js'
import type { CookieOpener, CookieStore } from '../core/cookie/carrier.ts'
import { SessionError } from '../core/errors.ts'
import { deepFreeze, type JsonObject } from '../core/data/json.ts'
import { type ResolvedOptions, resolveOptions, type SessionOptions } from '../core/options.ts'
import { visible } from '../core/data/schema.ts'
import { macInput, parseToken } from '../core/cookie/token.ts'
import { safeNext } from '../web/safe-next.ts'
import { webVerifier } from '../web/web-crypto.ts'

/** What `createGuard` takes beside the shared options. */
export interface GuardOptions {
  /** Paths to guard, each with everything below it; '/account' does not cover '/accounting'. @default every path the matcher lets through */
  protect?: readonly string[]
  /** 'user': a logged-in session; 'session': any. @default 'user' */
  require?: 'user' | 'session'
  /** Your own middleware, run for what passes. With `store` it also gets the visitor's session, or null. */
  next?: (request: NextRequest, event: NextFetchEvent, session: GuardedSession | null) => ReturnType<NextMiddleware>
  /** The store of the sessions, if it is `cookieStore()`: then the guard reads the session itself. @default none: the guard reads tokens */
  store?: CookieStore
}

/** A session as the guard reads it out of its cookie: the stored JSON, without defaults or `serializer`, deeply frozen. */
export interface GuardedSession {
  readonly id: string
  readonly userId: string | null
  readonly data: JsonObject
}

/** Seconds by which the clocks of server and edge may differ. */
const leewaySeconds = 60

/**
 * Makes the function for `middleware.ts` (exported as `middleware`) or `proxy.ts` (as `proxy`): turns visitors without a token away
 * before a page runs. GET and HEAD go to `signIn` with a 307, and with the path as `next`; other methods pass, since a redirected server
 * action shows an error. It saves a page load and is not the lock: it asks no database, so pages, actions and handlers check for
 * themselves (`requireUser`). Rejects with CONFIG_INVALID if the options are wrong.
 */
export function createGuard(options: SessionOptions, { protect, require = 'user', next, store }: GuardOptions = {}) {
  let ready: Prepared | undefined
  return async function guard(request: NextRequest, event: NextFetchEvent): Promise<Response> {
    ready ??= prepare(options, protect, store)
    const { signIn, cookie } = ready.options
    const value = request.cookies.get(cookie.name)?.value
    const session = ready.open ? await readSession(ready.open, value) : null
    const asksForPage = request.method === 'GET' || request.method === 'HEAD'
    if (asksForPage && isProtected(request.nextUrl.pathname, signIn, ready.roots)) {
      const known = ready.open
        ? session !== null && (require === 'session' || session.userId !== null)
        : await holdsToken(value, cookie.name, require, ready.verify)
      if (!known) return unshared(toSignIn(request, signIn))
    }
    return unshared((await next?.(request, event, session)) || NextResponse.next())
  }
}

interface Prepared {
  readonly options: ResolvedOptions
  readonly verify: ReturnType<typeof webVerifier>
  readonly open: CookieOpener | undefined
  readonly roots: readonly string[]
}

function prepare(options: SessionOptions, protect: readonly string[] | undefined, store: CookieStore | undefined): Prepared {
  const resolved = resolveOptions(options, process.env.NODE_ENV === 'production')
  const { cookie, secrets } = resolved
  return { options: resolved, verify: webVerifier(secrets), open: store?.opener(cookie, secrets), roots: rootsOf(protect) }
}

async function readSession(open: CookieOpener, value: string | undefined): Promise<GuardedSession | null> {
  const { found } = await open(value)
  if (found === null || typeof found === 'string') return null
  return { id: found.id, userId: found.userId, data: deepFreeze(visible(found.data)) }
}

async function holdsToken(
  value: string | undefined,
  cookieName: string,
  require: 'user' | 'session',
  verify: ReturnType<typeof webVerifier>,
): Promise<boolean> {
  const token = value ? parseToken(value) : null
  if (!token || (require === 'user' && !token.loggedIn)) return false
  if (token.expiresSeconds + leewaySeconds < Date.now() / 1000) return false
  return verify(macInput(cookieName, token.signed), token.mac)
}

/** @throws {SessionError} CONFIG_INVALID for a path that would guard nothing. */
function rootsOf(protect: readonly string[] = ['/']): readonly string[] {
  const wrong = protect.find((path) => !path.startsWith('/'))
  if (wrong !== undefined) throw new SessionError('CONFIG_INVALID', `protect has ${JSON.stringify(wrong)}; begin each path with /.`)
  return protect.map(plainPath)
}

function isProtected(pathname: string, signIn: string, roots: readonly string[]): boolean {
  const path = plainPath(pathname)
  const signInPath = plainPath(new URL(signIn, 'http://localhost').pathname)
  return path !== signInPath && roots.some((root) => path === root || path.startsWith(root === '/' ? root : `${root}/`))
}

/** A path as paths are compared: decoded, and without a slash at its end. */
function plainPath(pathname: string): string {
  const path = decoded(pathname)
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Next decodes a path before it looks for the page; so must the guard. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

function toSignIn(request: NextRequest, signIn: string): NextResponse {
  const { pathname, search } = request.nextUrl
  const target = request.nextUrl.clone()
  const path = new URL(signIn, 'http://localhost')
  target.pathname = path.pathname
  target.search = path.search
  target.hash = path.hash
  target.searchParams.set('next', safeNext(pathname + search))
  return NextResponse.redirect(target, 307)
}

/** No cache may hand to one visitor what was made for another. */
function unshared(response: Response): Response {
  try {
    response.headers.set('cache-control', 'private, no-store')
  } catch {
    return unshared(new Response(response.body, response)) // the headers of Response.redirect() are immutable
  }
  response.headers.append('vary', 'Cookie')
  return response
}
