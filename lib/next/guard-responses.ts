import { type NextRequest, NextResponse } from 'next/server.js'
import { privateResponse } from '../web/private-response.ts'
import { safeNext } from '../web/safe-next.ts'
import { pathHeader } from './path-header.ts'

/**
 * The largest number of cookies in a request that the guard lets through. Browsers store at least 50 for a site (RFC 6265, section
 * 6.1).
 */
const maxRequestCookies = 200

/**
 * Returns a 431 (RFC 6585, section 5) for a request with more than 200 cookies, otherwise null. A Cookie header of 16
 * KB may have thousands of names, and Next takes seconds to render a page for it.
 */
export function refuseCookies(headers: Headers): Response | null {
  const count = (headers.get('cookie')?.split(';') ?? []).length
  if (count <= maxRequestCookies) return null
  const text = `The request has ${count} cookies; this site accepts at most ${maxRequestCookies}. Delete the cookies of this site.`
  return privateResponse(new Response(text, { status: 431 }))
}

/** Returns true if the request asks for a page, or is a POST that can be neither a server action nor a form. */
export function isGuarded(request: NextRequest): boolean {
  return isPageLoad(request) || (request.method === 'POST' && !canBeAction(request))
}

function isPageLoad({ method }: NextRequest): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Next sends actions with a header, or, without JavaScript, as a form. These are the content types of forms. */
function canBeAction({ headers, method }: NextRequest): boolean {
  const isForm = /^(multipart\/form-data|application\/x-www-form-urlencoded|text\/plain) *(;|$)/i
  return method === 'POST' && (headers.has('next-action') || isForm.test(headers.get('content-type') ?? ''))
}

/** Redirects to `signIn` with the path as `next`. After the redirect of any other request, the browser sends a GET. */
export function redirectToSignIn(request: NextRequest, signIn: string): Response {
  const { pathname, search } = request.nextUrl
  const target = request.nextUrl.clone()
  const path = new URL(signIn, 'http://localhost')
  target.pathname = path.pathname
  target.search = path.search
  target.hash = path.hash
  target.searchParams.set('next', safeNext(pathname + search))
  return privateResponse(NextResponse.redirect(target, isPageLoad(request) ? 307 : 303))
}

/**
 * The headers with which Next passes request headers to the page: one header lists all names, and one header for each name, with a
 * prefix, holds its value.
 */
const [overrides, overridePrefix] = ['x-middleware-override-headers', 'x-middleware-request-']

/**
 * Adds the path of the page to the request's headers, in place of what a client may have sent. A response that does not
 * continue to a page, such as a redirect, is not changed.
 * @param response The response of the app's own middleware, if it has one. Its rewrite and request headers are kept.
 */
export function passOn(request: NextRequest, response: Response | null | undefined): Response {
  if (response && !response.headers.has('x-middleware-next') && !response.headers.has('x-middleware-rewrite')) return response
  const headers = response ? overriddenHeaders(request, response) : new Headers(request.headers)
  if (isPageLoad(request) || canBeAction(request)) headers.set(pathHeader, request.nextUrl.pathname + request.nextUrl.search)
  else headers.delete(pathHeader)
  const passed = NextResponse.next({ request: { headers } })
  if (!response) return passed
  const names = [...response.headers.keys()].filter((name) => name.startsWith(overridePrefix))
  for (const name of names) response.headers.delete(name)
  for (const [name, value] of passed.headers) {
    if (name === overrides || name.startsWith(overridePrefix)) response.headers.set(name, value)
  }
  return response
}

/** Returns the request's headers as the app's own middleware has left them. */
function overriddenHeaders(request: NextRequest, response: Response): Headers {
  const names = response.headers.get(overrides)
  if (names === null) return new Headers(request.headers)
  const kept = names.split(',').map((name) => [name, response.headers.get(overridePrefix + name)] as const)
  return new Headers(kept.flatMap(([name, value]) => (value === null ? [] : [[name, value] as [string, string]])))
}
