import { cookieStore } from 'coatcheck/cookie'
import { createGuard } from 'coatcheck/middleware'
import { type NextRequest, NextResponse } from 'next/server'
import { sessionOptions } from './app/session-options'

// Sessions in cookies need their store here to be decrypted. For all other engines the guard verifies the token only.
const inCookie = process.env.SESSION_ENGINE === 'cookie'
export const middleware = createGuard(sessionOptions, {
  protect: ['/account', '/admin'],
  next: withContentSecurityPolicy,
  ...(inCookie && { store: cookieStore() }),
})
// Next reads this without running the file, so it must be a literal. The policy belongs to every page; files have no nonce.
export const config = { matcher: ['/((?!_next/static|_next/image|icon.svg).*)'] }

/** Adds a policy with a new nonce. Next reads the nonce from the request's header and puts it on its own scripts. */
function withContentSecurityPolicy(request: NextRequest): NextResponse {
  const policy = contentSecurityPolicy(btoa(crypto.randomUUID()))
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  return response
}

/** No script and no style sheet runs without the nonce. Style attributes are allowed, because Mantine sets its sizes with them. */
function contentSecurityPolicy(nonce: string): string {
  const isDev = process.env.NODE_ENV === 'development'
  const directives = {
    'default-src': "'self'",
    'script-src': `'nonce-${nonce}' 'strict-dynamic'${isDev ? " 'unsafe-eval'" : ''}`,
    'style-src': isDev ? "'self' 'unsafe-inline'" : `'self' 'nonce-${nonce}'`,
    'style-src-attr': "'unsafe-inline'",
    'img-src': "'self' data:",
    'object-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
  }
  return Object.entries(directives)
    .map((directive) => directive.join(' '))
    .join('; ')
}
