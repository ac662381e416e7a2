import type { JsonObject } from '../data/json.ts'
import type { Patch } from '../data/patch.ts'
import type { ExpiryPolicy, ExpiryRule } from './expiry.ts'
import type { StoreStats } from './statistics.ts'
import type { Client, ColumnValues, NewSession, SessionRef, StoredSession, UpdatedSession } from './stored-session.ts'

/** The states to filter sessions by. 'signedIn' and 'anonymous' select active sessions only. */
export const sessionStatuses = ['active', 'signedIn', 'anonymous', 'expired'] as const
/** The orders in which sessions are listed, each newest first. */
export const sessionSorts = ['created', 'lastSeen'] as const

/** The time after a rotation in which the old token is recognised as rotated. */
export const rotationGraceSeconds = 60

/** The change that one `update` makes. Every part is optional. A change without any part is a touch. */
export interface Change {
  readonly patch?: Patch
  /**
   * The update fails if the stored data has more than this number of bytes of JSON text. This keeps parallel writers from exceeding
   * the size together.
   */
  readonly maxBytesBefore?: number | undefined
  /** Removes this key and returns its value as `taken`. The update fails if the key is absent. */
  readonly take?: string
  /** The update fails unless the row has this version. */
  readonly ifVersion?: number
  /** The hash of a new token secret. The old token is invalid at once. */
  readonly tokenHash?: string
  /** Logs this user in and sets `authenticatedAt` to now. */
  readonly userId?: string
  /** Replaces the hash of the user's credentials. */
  readonly authHash?: string | null
  /** Replaces the key of the device; null removes the binding. */
  readonly deviceKey?: string | null
  /** Replaces the values of these columns of the app. */
  readonly columns?: ColumnValues
  /**
   * Also accepts a token hash that was replaced less than 60 seconds ago, if the session already belongs to this
   * `userId`: the login form was submitted twice.
   */
  readonly acceptsRotated?: boolean
  /** Replaces the session's own expiry rule. */
  readonly expiry?: ExpiryRule
  /** The client to record when last-seen advances. */
  readonly client?: Client
  /** True if the expiry may advance, too: for writes, and for reads under `rolling`. */
  readonly extendsExpiry: boolean
}

/**
 * The result of `modify`'s callback: the change of the data, and the values of the app's columns that change with it.
 */
export type ComputedPatch = Patch & { readonly columns?: ColumnValues }

/** Selects sessions. All conditions must hold. */
export interface SessionFilter {
  readonly ids?: readonly string[]
  readonly userId?: string
  /** A prefix of a user id, session id or IP address. */
  readonly search?: string
  readonly status?: (typeof sessionStatuses)[number]
  /** Values of the app's own columns. */
  readonly columns?: ColumnValues
}

/** One page of a list, newest first. */
export interface SessionPage extends SessionFilter {
  readonly sort: (typeof sessionSorts)[number]
  /** The last row of the previous page. */
  readonly after?: PageEdge
  /** The first row of the next page: selects the `limit` rows directly above it, newest first. Cannot be combined with `after`. */
  readonly before?: PageEdge
  readonly limit: number
}

/** The row at the edge of a page. Sorting by `lastSeen` uses both parts. */
export interface PageEdge {
  readonly id: string
  readonly lastSeenAt?: Date
}

/**
 * Selects the sessions to delete:
 * - sessions by id, optionally only those of one user, or only if they still have this token hash;
 * - a user's sessions except one, optionally only if the session `requiresLive` exists and has not expired;
 * - a user's active sessions except the newest `keepNewest` by (`lastSeenAt`, `id`).
 */
export type Removal =
  | { readonly ids: readonly string[]; readonly userId?: string; readonly tokenHash?: string }
  | { readonly userId: string; readonly exceptId?: string; readonly requiresLive?: SessionRef }
  | { readonly userId: string; readonly keepNewest: number }

/** A deleted session. */
export interface RemovedSession {
  readonly id: string
  readonly userId: string | null
}

/**
 * Stores sessions (Django: SESSION_ENGINE). The suite `storeContract` of `coatcheck/store` tests an implementation.
 *
 * Absence is a value: for an unknown, expired, deleted or rotated session, a method returns null. A promise rejects if
 * the store itself fails. `modify` also rejects with any error that its callback throws. Each method is one atomic
 * step. The store's own clock decides if a session has expired. A store may be a class; wrap it by delegation, not by
 * spreading.
 */
export interface SessionStore {
  /** The store's name in messages, such as 'memory' or 'drizzle'. */
  readonly name: string
  /** The names of the app's own columns that the store has; 'any' if it stores every name. @default none */
  readonly columnNames?: readonly string[] | 'any' | undefined
  /**
   * Returns the live session with this id and token hash. Creates and changes nothing. Returns 'rotated' if `ref`
   * belongs to an old token of a live session whose current token is less than 60 seconds (`rotationGraceSeconds`) old.
   */
  find(ref: SessionRef): Promise<StoredSession | 'rotated' | null>
  /**
   * Creates a session. With `replaces`, it deletes that session in the same step; if that session is not live, it
   * creates nothing and returns null.
   */
  create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef): Promise<StoredSession | null>
  /**
   * Changes the live session with this id and token hash. Never creates one. Returns null if there is no such session
   * or a condition of `change` fails, and 'conflict' if other requests held the session for too long and nothing was
   * written. Expiry and last-seen advance only once they are a step behind. A login always advances both; a new expiry
   * rule always advances the expiry.
   */
  update(ref: SessionRef, change: Change, policy: ExpiryPolicy): Promise<UpdatedSession | 'conflict' | null>
  /**
   * Changes the live session in one step: `compute` receives the newest data and returns the patch, or null to leave the data
   * unchanged. It may run several times. If `compute` throws, the promise rejects with that error and nothing is written. Waits at
   * most `timeoutMs` for other requests, then returns 'conflict'. Returns null if there is no such session.
   */
  modify(
    ref: SessionRef,
    compute: (data: JsonObject) => ComputedPatch | null,
    policy: ExpiryPolicy,
    wait: { readonly timeoutMs: number; readonly client?: Client },
  ): Promise<StoredSession | 'conflict' | null>
  /** Deletes sessions, expired or not, and returns them. */
  remove(which: Removal): Promise<readonly RemovedSession[]>
  /** Returns one page, newest first. Includes expired sessions unless `status` excludes them. */
  list(page: SessionPage): Promise<readonly StoredSession[]>
  /** Returns the number of sessions that match. */
  count(filter: SessionFilter): Promise<number>
  /**
   * Returns statistics of all sessions. Counts a sample if there are many sessions, so that it takes less time than
   * reading all of them.
   */
  stats(): Promise<StoreStats>
  /** Deletes at most `limit` expired sessions and returns their number. Skips sessions that are locked. */
  clearExpired(limit: number): Promise<number>
  /**
   * Only for a store that wraps another one and sometimes waits on purpose. Returns this store with `limit` applied to the inner
   * store, so that `timeout` bounds the inner store's operations only.
   */
  limited?(limit: (store: SessionStore) => SessionStore): SessionStore
  /**
   * Only for a store in which each waiting write of a session would hold a connection. Runs `write` after the earlier
   * writes of this session in this process have settled. `timeout` includes that wait, and a write that was reported as
   * late before its turn is never sent.
   */
  queueWrite?<T>(sessionId: string, write: () => Promise<T>): Promise<T>
}
