export type { CookieStore } from './core/cookie-store.ts'
export { type CookieStoreOptions, cookieStore } from './stores/cookie/store.ts'
