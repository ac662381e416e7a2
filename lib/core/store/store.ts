import type { Json, JsonObject } from '../data/json.ts'
import type { Patch } from '../data/patch.ts'
import type { ExpiryPolicy, ExpiryRule } from './expiry.ts'
import type { StoreStats } from './statistics.ts'

/** The states to filter sessions by. 'signedIn' and 'anonymous' sessions are also active. */
export const sessionStatuses = ['active', 'signedIn', 'anonymous', 'expired'] as const
/** The orders in which sessions are listed, each newest first. */
export const sessionSorts = ['created', 'lastSeen'] as const

/** Identifies a session and proves the right to it. Every read and write for a visitor has both parts in its condition. */
export interface SessionRef {
  /** The session's public id, a UUID. */
  readonly id: string
  /** The first 128 bits of SHA-256 of the token secret, as a UUID. */
  readonly tokenHash: string
}

/** The time after a rotation in which the old token is recognised as such. */
export const rotationGraceSeconds = 60

/** The browser that last used a session. */
export interface Client {
  readonly ip: string | null
  /** At most 256 characters. */
  readonly userAgent: string | null
}

/** A session as a store returns it. Ages come from the store's clock, so no other clock is needed to judge them. */
export interface StoredSession extends SessionRef, Client {
  readonly userId: string | null
  readonly createdAt: Date
  /** The time of the login; null for an anonymous session. */
  readonly authenticatedAt: Date | null
  readonly lastSeenAt: Date
  readonly expiresAt: Date
  /** The session's own expiry rule; null for the default. */
  readonly expiry: ExpiryRule
  /** Seconds from the store's now to `expiresAt`. The session has expired at 0 or less. */
  readonly secondsLeft: number
  /** Seconds from `lastSeenAt` to the store's now. */
  readonly secondsSinceSeen: number
  /** Grows by 1 with every change of data, user or token. */
  readonly version: number
  /** Plain JSON that no other caller holds: the session freezes it. */
  readonly data: JsonObject
  /** Keys whose stored value is not JSON. They are not in `data`. */
  readonly unreadable?: readonly string[]
}

/** A session to create. The store sets the times, and version 1. */
export interface NewSession extends SessionRef, Client {
  readonly userId: string | null
  readonly expiry: ExpiryRule
  readonly data: JsonObject
}

/** The change that one `update` makes. Every part is optional. A change without any part is a touch. */
export interface Change {
  readonly patch?: Patch
  /** The update fails if the stored data has more bytes of JSON text. This bounds what parallel writers can add up to. */
  readonly maxBytesBefore?: number | undefined
  /** Removes this key and returns its value as `taken`. The update fails if the key is absent. */
  readonly take?: string
  /** The update fails unless the row has this version. */
  readonly ifVersion?: number
  /** The hash of a new token secret. The old token is invalid at once. */
  readonly tokenHash?: string
  /** Logs this user in and sets `authenticatedAt` to now. */
  readonly userId?: string
  /**
   * Also accepts a token hash that was replaced less than 60 seconds ago, if the session already is this `userId`'s: a login
   * form that was submitted twice.
   */
  readonly acceptsRotated?: boolean
  /** Replaces the session's own expiry rule. */
  readonly expiry?: ExpiryRule
  /** The browser to record when last-seen advances. */
  readonly client?: Client
  /** True if the expiry may advance, too: for writes, and for reads under `rolling`. */
  readonly extendsExpiry: boolean
}

/** Selects sessions. All conditions must hold. */
export interface SessionFilter {
  readonly ids?: readonly string[]
  readonly userId?: string
  /** A prefix of a user id, session id or IP address. */
  readonly search?: string
  readonly status?: (typeof sessionStatuses)[number]
}

/** One page of a list, newest first. */
export interface SessionPage extends SessionFilter {
  readonly sort: (typeof sessionSorts)[number]
  /** The last row of the previous page. */
  readonly after?: PageEdge
  /** The first row of the next page: selects the `limit` rows directly above it, newest first. Never together with `after`. */
  readonly before?: PageEdge
  readonly limit: number
}

/** The row at the edge of a page. Both parts count when sorting by `lastSeen`. */
export interface PageEdge {
  readonly id: string
  readonly lastSeenAt?: Date
}

/**
 * Selects the sessions to delete:
 * - sessions by id, optionally only those of one user;
 * - a user's sessions except one, optionally only if the session `requiresLive` exists and has not expired;
 * - a user's active sessions except the newest `keepNewest` by (`lastSeenAt`, `id`).
 */
export type Removal =
  | { readonly ids: readonly string[]; readonly userId?: string }
  | { readonly userId: string; readonly exceptId?: string; readonly requiresLive?: SessionRef }
  | { readonly userId: string; readonly keepNewest: number }

/** A deleted session. */
export interface RemovedSession {
  readonly id: string
  readonly userId: string | null
}

/** A session after an update. `taken` is the value of the key that `take` removed. */
export type UpdatedSession = StoredSession & { readonly taken?: Json }

/**
 * Stores sessions (Django: SESSION_ENGINE). The suite `storeContract` of `coatcheck/store` tests an implementation.
 *
 * Absence is a value: for an unknown, expired, deleted or rotated session, a method returns null. A promise rejects if the
 * store itself fails, and `modify` also with what its callback throws. Each method is one atomic step. The store's own clock
 * judges expiry. A store may be a class; wrap it by delegation, not by spreading.
 */
export interface SessionStore {
  /** The store's name for people to read, such as 'memory' or 'drizzle'. */
  readonly name: string
  /**
   * Returns the live session with this id and token hash. Creates and changes nothing. Returns 'rotated' if the live session
   * with this id got its present token less than 60 seconds (`rotationGraceSeconds`) ago: `ref` is that of an old token.
   */
  find(ref: SessionRef): Promise<StoredSession | 'rotated' | null>
  /**
   * Creates a session. With `replaces`, it deletes that session in the same step; if that session is not live, it creates
   * nothing and returns null.
   */
  create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef): Promise<StoredSession | null>
  /**
   * Changes the live session with this id and token hash. Never creates one. Returns null if there is no such session or a
   * condition of `change` fails, and 'conflict' if other requests held the session for too long and nothing was written. Expiry
   * and last-seen advance when they are a step behind. A login always advances both, a new expiry rule the expiry.
   */
  update(ref: SessionRef, change: Change, policy: ExpiryPolicy): Promise<UpdatedSession | 'conflict' | null>
  /**
   * Changes the live session in one step: `compute` receives the newest data and returns the patch, or null to leave it. It may
   * run several times. If `compute` throws, the promise rejects with that error and nothing is written. Waits at most `timeoutMs`
   * for other requests, then returns 'conflict'. Returns null if there is no such session.
   */
  modify(
    ref: SessionRef,
    compute: (data: JsonObject) => Patch | null,
    policy: ExpiryPolicy,
    wait: { readonly timeoutMs: number; readonly client?: Client },
  ): Promise<StoredSession | 'conflict' | null>
  /** Deletes sessions, expired or not, and returns them. */
  remove(which: Removal): Promise<readonly RemovedSession[]>
  /** Returns one page, newest first. Includes expired sessions unless `status` excludes them. */
  list(page: SessionPage): Promise<readonly StoredSession[]>
  /** Returns the number of sessions that match. */
  count(filter: SessionFilter): Promise<number>
  /** Returns statistics of all sessions. Counts a sample where there are many: it must not take as long as reading all of them. */
  stats(): Promise<StoreStats>
  /** Deletes at most `limit` expired sessions and returns their number. Skips sessions that are locked. */
  clearExpired(limit: number): Promise<number>
  /**
   * Only for a store in front of another one that sometimes waits on purpose. Returns this store with `limit` applied to the
   * inner store, so that `timeout` bounds the inner store's operations only.
   */
  limited?(limit: (store: SessionStore) => SessionStore): SessionStore
  /**
   * Only for a store in which the writes of one session wait for each other and each of them holds a connection meanwhile. Runs
   * `write` after the earlier writes of this session here have settled. `timeout` includes that wait, and a write that was
   * reported as late before its turn is never sent.
   */
  queueWrite?<T>(sessionId: string, write: () => Promise<T>): Promise<T>
}
