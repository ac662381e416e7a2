import { createGuard } from 'coatcheck/middleware'
import { type NextRequest, NextResponse } from 'next/server'
import { sessionOptions } from './app/session-options'

const languages = ['en', 'de']
const languageOf = (path: string) => languages.find((language) => path === `/${language}` || path.startsWith(`/${language}/`))
const loginOf = (path: string) => (languageOf(path) ? `/${languageOf(path)}/login` : '/login')

export const proxy = createGuard(sessionOptions, {
  protect: ['/account', ...languages.map((language) => `/${language}/account`)],
  signIn: loginOf,
  next: localise,
})

/** Adds the policy, and rewrites a path without a language to the English page. */
function localise(request: NextRequest) {
  const policy = `script-src 'nonce-${btoa(crypto.randomUUID())}' 'strict-dynamic'; object-src 'none'; base-uri 'none'`
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy) // Next reads the nonce from this header
  const english = new URL(`/en${request.nextUrl.pathname}${request.nextUrl.search}`, request.url)
  const response = languageOf(request.nextUrl.pathname)
    ? NextResponse.next({ request: { headers } })
    : NextResponse.rewrite(english, { request: { headers } })
  response.headers.set('content-security-policy', policy)
  return response
}

export const config = { matcher: ['/((?!_next/static|_next/image).*)'] }
