import { cookieStore } from 'coatcheck/cookie'
import { createGuard } from 'coatcheck/middleware'
import { sessionOptions } from './app/session-options'

// Sessions in cookies need their store here to be decrypted. For all other engines the guard verifies the token only.
const inCookie = process.env.SESSION_ENGINE === 'cookie'
export const middleware = createGuard(sessionOptions, inCookie ? { store: cookieStore() } : {})
// Next reads this without running the file, so it must be a literal.
export const config = { matcher: ['/account/:path*', '/admin/:path*'] }
