export type { CookieOptions } from './core/cookie/cookie-options.ts'
export type { SessionOptions } from './core/options.ts'
export { createGuard, type GuardOptions } from './next/guard.ts'
export type { GuardedSession, Visitor } from './next/visitor.ts'
