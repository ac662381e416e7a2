import type { ExpiryPolicy, ExpiryRule } from './expiry.ts'
import type { Json, JsonObject } from '../data/json.ts'

/** The states by which sessions are looked for; 'signedIn' and 'anonymous' are active ones. */
export const sessionStatuses = ['active', 'signedIn', 'anonymous', 'expired'] as const
/** What sessions are listed by, newest first. */
export const sessionSorts = ['created', 'lastSeen'] as const

/** Proves the right to a session: both parts stand in the condition of every read and write made for a visitor. */
export interface SessionRef {
  /** The session's public id, a UUID. */
  readonly id: string
  /** The first 128 bits of SHA-256 of the token's secret, as a UUID. */
  readonly tokenHash: string
}

/** The browser a session was last used from. */
export interface Client {
  readonly ip: string | null
  /** At most 256 characters. */
  readonly userAgent: string | null
}

/** A session as the store holds it. Ages come from the store's clock, so that no other clock is needed to judge them. */
export interface StoredSession extends SessionRef, Client {
  readonly userId: string | null
  readonly createdAt: Date
  /** When the user logged in; null for an anonymous session. */
  readonly authenticatedAt: Date | null
  readonly lastSeenAt: Date
  readonly expiresAt: Date
  /** The session's own expiry rule; null: the default. */
  readonly expiry: ExpiryRule
  /** Seconds from the store's now to `expiresAt`; 0 or less: ended. */
  readonly secondsLeft: number
  /** Seconds from `lastSeenAt` to the store's now. */
  readonly secondsSinceSeen: number
  /** Grows by 1 with every change of data, user or token. */
  readonly version: number
  /** Plain JSON, made for this answer alone: the session freezes it. */
  readonly data: JsonObject
  /** What the cookie must carry in place of a token: only from a store that keeps the session there. */
  readonly sealed?: string
}

/** A session to begin. The store fills in the times and version 1. */
export interface NewSession extends SessionRef, Client {
  readonly userId: string | null
  readonly expiry: ExpiryRule
  readonly data: JsonObject
}

/** A change of data, applied in this order: `clear`, `remove`, `set`, then `defaults` for keys still absent. */
export interface Patch {
  /** Drops every key that does not begin with `_`. */
  readonly clear: boolean
  readonly remove: readonly string[]
  readonly set: JsonObject
  readonly defaults: JsonObject
  /** Refused if the data before takes more bytes of JSON text: bounds what parallel writers can pile up. */
  readonly limitBytes: number
}

/** What one `update` changes; every part is optional, and an empty change is a touch. */
export interface Change {
  readonly patch?: Patch
  /** Removes this key and answers its value as `taken`; refused if it is absent. */
  readonly take?: string
  /** Refused unless the row has this version. */
  readonly ifVersion?: number
  /** A new secret's hash: the old token is dead at once. */
  readonly tokenHash?: string
  /** Logs this user in: sets `authenticatedAt` to now. */
  readonly userId?: string
  /** Replaces the session's own rule. */
  readonly expiry?: ExpiryRule
  /** Recorded when last-seen moves. */
  readonly client?: Client
  /** Whether expiry may move, too: for writes, and for reads under `rolling`. */
  readonly extendsExpiry: boolean
}

/** Which sessions to list: all conditions hold at once. */
export interface SessionFilter {
  readonly ids?: readonly string[]
  readonly userId?: string
  /** What a user id, a session id or an IP address begins with. */
  readonly search?: string
  readonly status?: (typeof sessionStatuses)[number]
}

/** One page of a list, newest first. */
export interface SessionPage extends SessionFilter {
  readonly sort: (typeof sessionSorts)[number]
  /** The last row of the page before. */
  readonly after?: PageEdge
  /** The first row of the page after: asks for the `limit` rows right above it, newest first like all. Never together with `after`. */
  readonly before?: PageEdge
  readonly limit: number
}

/** A row that a page ends at; by `lastSeen` both parts count. */
export interface PageEdge {
  readonly id: string
  readonly lastSeenAt?: Date
}

/**
 * Which sessions to end: one by its token; some by id (and owner); all of a user's but one, if the session `requiresLive` is live; or a user's live
 * ones but the newest `keepNewest` by (`lastSeenAt`, `id`).
 */
export type Removal =
  | SessionRef
  | { readonly ids: readonly string[]; readonly userId?: string }
  | { readonly userId: string; readonly exceptId?: string; readonly requiresLive?: SessionRef }
  | { readonly userId: string; readonly keepNewest: number }

/** A session that has been ended. */
export interface RemovedSession {
  readonly id: string
  readonly userId: string | null
}

/** How many sessions began from an instant on, for an hour or a day. */
export interface StartedCount {
  readonly at: Date
  readonly count: number
}

/** How many active sessions a user agent has; null: none is recorded. */
export interface UserAgentCount {
  readonly userAgent: string | null
  readonly count: number
}

/** What a store counts. */
export interface StoreStats {
  /** The store's clock. */
  readonly now: Date
  readonly active: number
  /** Active ones that a user is logged in to. */
  readonly signedIn: number
  /** Those that are still stored. */
  readonly expired: number
  /** Whether figures are scaled up from a sample. */
  readonly estimated: boolean
  /** Stored sessions by the hour of UTC in which they began, of the last 30 days at least; in any order, and without hours that have none. */
  readonly started: readonly StartedCount[]
  /** Active sessions by user agent, the 100 most frequent at least; in any order. */
  readonly userAgents: readonly UserAgentCount[]
}

/**
 * Where sessions are kept (Django: SESSION_ENGINE). Nine methods are required; `storeContract` of `coatcheck/testing` tests any implementation.
 * Absence is a value: unknown, ended, rotated and expired are all null. A promise rejects when the store itself fails, and `modify` with
 * what its function throws. A store may be a class: wrap one by delegating, not by spreading.
 * Each method is one atomic step. Expiry is judged by one clock, the store's own.
 */
export interface SessionStore {
  /** The store's name, for people to read: 'memory', 'drizzle'. */
  readonly name: string
  /** The live session of this id and token hash; creates and changes nothing. */
  find(ref: SessionRef): Promise<StoredSession | null>
  /**
   * Begins a session. With `replaces`, ends that one in the same step, and answers null, beginning nothing, if it is not live.
   */
  create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef): Promise<StoredSession | null>
  /**
   * Changes the live session of this id and token hash, never creating one; null if there is none or a condition of `change` fails.
   * Expiry and last-seen move when they are a step behind; with a login always both, with a new rule the expiry.
   */
  update(ref: SessionRef, change: Change, policy: ExpiryPolicy): Promise<(StoredSession & { readonly taken?: Json }) | null>
  /**
   * Changes the live session while nobody else can: `compute` gets the newest data and answers the patch (null: leave it).
   * What `compute` throws rejects the promise, and nothing is written. Waits at most `timeoutMs` for others; null if the patch's bound
   * refuses it.
   */
  modify(
    ref: SessionRef,
    compute: (data: JsonObject) => Patch | null,
    policy: ExpiryPolicy,
    wait: { readonly timeoutMs: number; readonly client?: Client },
  ): Promise<StoredSession | null>
  /** Ends sessions, live or not, and answers which. */
  remove(which: Removal): Promise<readonly RemovedSession[]>
  /** One page, newest first; expired sessions too, unless `status` says otherwise. */
  list(page: SessionPage): Promise<readonly StoredSession[]>
  /** How many sessions fulfil all conditions. */
  count(filter: SessionFilter): Promise<number>
  /** Figures of all sessions. Where there are many, counted in a sample: it must not take as long as reading them all. */
  stats(): Promise<StoreStats>
  /** Deletes at most `limit` expired sessions, without waiting for locked ones, and answers how many. */
  clearExpired(limit: number): Promise<number>
  /**
   * Only where one store stands before another and at times waits on purpose: this store, with `limit` put around the one behind it.
   * `createSessions` then cuts off after `timeout` what that one does, not what this one does.
   */
  limited?(limit: (store: SessionStore) => SessionStore): SessionStore
}
