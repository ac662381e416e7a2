import { createGuard } from 'coatcheck/middleware'
import { options } from './app/options'

// A default export works in proxy.ts and in middleware.ts, as Next 15 calls the file.
export default createGuard(options)
// Next reads this without running the file, so it must be a literal.
export const config = { matcher: '/guarded/:path*' }
