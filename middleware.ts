import { cookieStore } from 'coatcheck/cookie'
import { createGuard } from 'coatcheck/middleware'
import { sessionOptions } from './app/session-options'

// Only sessions that lie in the cookie need their store here, to be opened; of all others the guard checks the token.
const inCookie = process.env.SESSION_ENGINE === 'cookie'
export const middleware = createGuard(sessionOptions, inCookie ? { store: cookieStore() } : {})
// Next reads this without running it, so it must be a literal.
export const config = { matcher: ['/account/:path*', '/admin/:path*'] }
