export type { CookieStore } from './core/cookie/carrier.ts'
export { type CookieStoreOptions, cookieStore } from './stores/cookie/store.ts'
