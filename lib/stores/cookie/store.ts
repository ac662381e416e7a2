import type { CookieStore } from '../../core/cookie/carrier.ts'
import { openCookie, refuse } from './request-store.ts'
import { createSeal } from './seal.ts'

/** What `cookieStore` takes. */
export interface CookieStoreOptions {
  /** The clock that judges expiry, in epoch milliseconds. @default Date.now */
  now?: () => number
}

/**
 * Keeps each session whole in its visitor's cookie, encrypted (JWE, A256GCM), and nothing on the server (Django's signed_cookies, but
 * unreadable to the visitor). Pass it to `createSessions`, and to `createGuard`, which can then read the session.
 *
 * A write that would make the cookie larger than 4096 bytes, name and attributes included, rejects with DATA_TOO_LARGE: about 2,800 bytes of
 * JSON fit. Nothing can be taken back: a copy of a cookie opens its session until it expires, even after `logout` or `cycleKey`. Of parallel
 * requests the last cookie wins. Reading never extends a session, not even under `rolling`. What needs to know of other sessions (`list`,
 * `get`, `count`, `stats`, `revoke`, `revokeUser`, `revokeOthers`) rejects with CONFIG_INVALID. docs/cookie-store.md has the details.
 */
export function cookieStore({ now = Date.now }: CookieStoreOptions = {}): CookieStore {
  const none = {
    find: refuse,
    create: refuse,
    update: refuse,
    modify: refuse,
    remove: refuse,
    list: refuse,
    count: refuse,
    stats: refuse,
  }
  return {
    ...none,
    name: 'cookie',
    clearExpired: async () => 0,
    opener: (cookie, secrets) => {
      const seal = createSeal(cookie, secrets)
      return (value) => openCookie(value, seal, now)
    },
  }
}
