import { createGuard } from 'coatcheck/middleware'
import { sessionOptions } from './app/session-options'

export const proxy = createGuard(sessionOptions)
export const config = { matcher: ['/account/:path*'] }
