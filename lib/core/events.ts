import type { Rejection } from './cookie/carrier.ts'

/**
 * An event in the life of a session. Contains ids, never a token or data.
 *
 * `bound`: the session was bound to a device. `flushed` is also emitted when another user logs in and when the expiry is set to the
 * past. The reasons for `rejected`:
 *
 * - 'unknown': this app signed the token, but the session was deleted or has expired.
 * - 'rotated': another request has replaced the token. The old token may have been stolen.
 * - 'credentials': the user no longer exists or has changed credentials since the login.
 * - 'device': the request did not come from the device to which session `id` is bound.
 */
export type SessionEvent =
  | {
      readonly type: 'created' | 'login' | 'logout' | 'cycled' | 'flushed' | 'bound'
      readonly id: string
      readonly userId: string | null
    }
  | {
      readonly type: 'revoked'
      readonly sessions: readonly { readonly id: string; readonly userId: string | null }[]
      /** The operator, if the caller named one. For `revokeOthers` and `maxPerUser`, `by` is the user's own id. */
      readonly by: string | null
    }
  | { readonly type: 'expired'; readonly count: number; readonly by: string | null }
  | { readonly type: 'rejected'; readonly reason: Exclude<Rejection, 'device'> | 'credentials' }
  | { readonly type: 'rejected'; readonly reason: 'device'; readonly id: string; readonly userId: string | null }
