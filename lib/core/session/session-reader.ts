import { expiresAtBrowserClose } from '../cookie/carrier.ts'
import type { DeepReadonly } from '../data/read-only.ts'
import { idleSeconds } from '../store/expiry.ts'
import type { StoredSession } from '../store/stored-session.ts'
import type { SessionRecord } from './record.ts'
import type { SessionContext, SessionScope } from './request-context.ts'
import { SessionUser, userOf } from './session-user.ts'

/**
 * The key of a session's row. The key is in the global symbol registry, because a bundler may load several copies of this module.
 */
export const rowOf: unique symbol = Symbol.for('coatcheck.rowOf')

/** A name of a key of `Data`. */
export type KeyOf<Data> = keyof Data & string

/** The value of `get`: may be undefined unless the key's schema has a default. */
export type Read<Data, Defaulted, K extends keyof Data> = K extends Defaulted
  ? DeepReadonly<Data[K]>
  : DeepReadonly<Data[K]> | undefined

/** A stored value of `K`: never undefined, even if the key is optional. */
export type Stored<Data, K extends keyof Data> = DeepReadonly<Exclude<Data[K], undefined>>

/** The readers of a session. They are synchronous and return what the store last acknowledged. */
export class SessionReader<Data extends object, Defaulted extends keyof Data = never, User = null> {
  // Private names, so that printing or serializing a session shows neither the token nor the secrets.
  readonly #record: SessionRecord
  readonly #context: SessionContext
  readonly #user: SessionUser

  constructor(scope: SessionScope, record: SessionRecord) {
    this.#context = scope.context
    this.#record = record
    this.#user = new SessionUser(scope, record)
  }

  /** For `sessions.view`. */
  get [rowOf](): StoredSession | null {
    return this.#record.row
  }

  /** For `getUser` and `requireUser`. */
  get [userOf](): SessionUser {
    return this.#user
  }

  /** Returns what `JSON.stringify` and `Response.json` show. */
  toJSON(): { id: string | null; userId: string | null; data: DeepReadonly<Partial<Data>> } {
    return { id: this.id, userId: this.userId, data: this.data }
  }

  /**
   * Returns the value of `key`, deeply frozen. If the key is absent, returns `fallback` if one is given, otherwise its schema's
   * default, otherwise undefined.
   * @throws {SessionError} DATA_INVALID if the stored value cannot be read. Other keys are not affected.
   * @example session.get('name', 'Guest')
   */
  get<K extends KeyOf<Data>>(key: K): Read<Data, Defaulted, K>
  get<K extends KeyOf<Data>, F>(key: K, fallback: F): Stored<Data, K> | F
  get(key: string, ...fallback: readonly unknown[]): unknown {
    if (this.#record.data.has(key)) return this.#record.data.read(key)
    return fallback.length > 0 ? fallback[0] : this.#context.codec.defaultOf(key)
  }

  /** Returns true if `key` is stored. A default does not count. */
  has(key: KeyOf<Data>): boolean {
    return this.#record.data.has(key)
  }

  /** Returns the stored keys, in no particular order. */
  keys(): KeyOf<Data>[] {
    return [...this.#record.data.keys] as KeyOf<Data>[]
  }

  /** Returns the stored values. */
  values(): DeepReadonly<Data[keyof Data]>[] {
    return Object.values(this.data)
  }

  /** Returns the stored keys with their values. */
  entries(): [KeyOf<Data>, DeepReadonly<Data[keyof Data]>][] {
    return Object.entries(this.data) as [KeyOf<Data>, DeepReadonly<Data[keyof Data]>][]
  }

  /** All stored data, deeply frozen. Changing it throws a TypeError; use `set` or `update` to change the session. */
  get data(): DeepReadonly<Partial<Data>> {
    return this.#record.data.all as DeepReadonly<Partial<Data>>
  }

  /**
   * The session's public id (Django's session_key, but not secret): a UUID, safe in logs and URLs. null until the session is saved.
   * While a session of another library (option `adopt`) is shown but not stored, `isNew` is true, and the id belongs to no stored
   * session and changes with each request.
   */
  get id(): string | null {
    return this.#record.row?.id ?? null
  }

  /** True if no stored session came with this request. */
  get isNew(): boolean {
    return this.#record.isNew
  }

  /** True if there is no data (Django's is_empty). */
  get isEmpty(): boolean {
    return this.#record.data.keys.length === 0
  }

  /** The logged-in user's id as text, or null. */
  get userId(): string | null {
    return this.#record.row?.userId ?? null
  }

  /**
   * The logged-in user, after `getUser` or `requireUser` has loaded it in this request; null before that, and again after a logout
   * or the login of another user (Django's request.user).
   */
  get user(): User | null {
    return this.#user.current as User | null
  }

  /** True if the session is bound to the device where it was created (option `deviceBinding`). */
  get deviceBound(): boolean {
    return (this.#record.row?.deviceKey ?? null) !== null
  }

  /** The time of the login, or null. */
  get authenticatedAt(): Date | null {
    return this.#record.row?.authenticatedAt ?? null
  }

  /** The time when the session was first saved, or null. */
  get createdAt(): Date | null {
    return this.#record.row?.createdAt ?? null
  }

  /** The time of the last use, which advances in steps of `touchInterval`; null until the session is saved. */
  get lastSeenAt(): Date | null {
    return this.#record.row?.lastSeenAt ?? null
  }

  /**
   * The seconds until the session expires (Django's get_expiry_age), as of the last read or write of the store. For an unsaved
   * session, its idle lifetime.
   */
  get expiryAge(): number {
    const { row, pendingExpiry } = this.#record
    if (row) return Math.max(Math.round(row.secondsLeft), 0)
    const { anonymousPolicy: policy } = this.#context.options
    const fixed = pendingExpiry !== null && 'at' in pendingExpiry
    const seconds = fixed ? (pendingExpiry.at.getTime() - this.#context.now()) / 1000 : idleSeconds(pendingExpiry, policy)
    return Math.max(Math.round(Math.min(seconds, policy.absoluteSeconds ?? seconds)), 0)
  }

  /** The time when the session expires if it is not used again (Django's get_expiry_date); null until it is saved. */
  get expiryDate(): Date | null {
    return this.#record.row?.expiresAt ?? null
  }

  /** True if the cookie expires when the browser closes (Django's get_expire_at_browser_close). */
  get expiresAtBrowserClose(): boolean {
    const rule = this.#record.row ? this.#record.row.expiry : this.#record.pendingExpiry
    return expiresAtBrowserClose(rule, this.#context.options.expireAtBrowserClose)
  }
}
