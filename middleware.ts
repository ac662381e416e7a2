import { createGuard } from 'coatcheck/middleware'
import { sessionOptions } from './app/session-options'

export const middleware = createGuard(sessionOptions)
// Next reads this without running it, so it must be a literal.
export const config = { matcher: ['/account/:path*', '/admin/:path*'] }
