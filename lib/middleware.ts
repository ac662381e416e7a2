export type { CookieOptions, SessionOptions } from './core/options.ts'
export { createGuard, type GuardedSession, type GuardOptions } from './next/guard.ts'
