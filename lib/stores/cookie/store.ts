import type { CookieStore } from '../../core/cookie/carrier.ts'
import { SessionError } from '../../core/errors.ts'
import { sealedCarrier } from './sealed-carrier.ts'

/** The options of `cookieStore`. */
export interface CookieStoreOptions {
  /** The clock that decides if a session has expired, in epoch milliseconds. @default Date.now */
  now?: () => number
}

/**
 * Stores each session in its visitor's cookie, encrypted (JWE, A256GCM), and nothing on the server (like Django's signed_cookies,
 * but the visitor cannot read it). Pass it to `createSessions`, and to `createGuard`, which can then read the session.
 *
 * A write that makes the cookie larger than 4096 bytes, name and attributes included, rejects with DATA_TOO_LARGE: about 2,800
 * bytes of JSON fit. Nothing can be revoked: a copy of a cookie opens its session until it expires, even after `logout` or
 * `cycleKey`. Of parallel requests, the cookie that arrives last wins. Reading never extends a session, even under `rolling`.
 * Methods that concern other sessions (`list`, `get`, `count`, `stats`, `revoke`, `revokeUser`, `revokeOthers`) reject with
 * CONFIG_INVALID. docs/cookie-store.md has the details.
 * @example createSessions({ ...sessionOptions, store: cookieStore() })
 */
export function cookieStore({ now = Date.now }: CookieStoreOptions = {}): CookieStore {
  return {
    name: 'cookie',
    carrier: (options) => {
      if (options.maxPerUser) {
        const reason = 'maxPerUser needs a store that knows all sessions of a user; cookieStore() knows only the visitor’s own.'
        throw new SessionError('CONFIG_INVALID', `${reason} Use drizzleStore(db), or remove maxPerUser.`)
      }
      return sealedCarrier(options, now)
    },
  }
}
