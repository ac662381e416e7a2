export type { CookieOptions, SessionOptions } from './core/options.ts'
export { createGuard, type GuardOptions } from './next/guard.ts'
