import { idleSeconds } from '../store/expiry.ts'
import type { Json } from '../data/json.ts'
import type { SessionState } from './state.ts'
import type { SessionContext } from './request-context.ts'

type Atom = string | number | bigint | boolean | symbol | null | undefined | Date | RegExp | URL | ReadonlyMap<unknown, unknown>

/** `T`, with everything in it read-only. (`Json` is that already, and unfolding it would not end.) */
export type DeepReadonly<T> = Json extends T
  ? T
  : T extends Atom | ((...args: never) => unknown)
    ? T
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T

/** The name of a key of `Data`. */
export type KeyOf<Data> = keyof Data & string

/** What `get` answers: undefined too, unless the key's schema gives a default. */
export type Read<Data, Defaulted, K extends keyof Data> = K extends Defaulted
  ? DeepReadonly<Data[K]>
  : DeepReadonly<Data[K]> | undefined

/** What is stored under `K`, if something is: never undefined, even where the key is optional. */
export type Stored<Data, K extends keyof Data> = DeepReadonly<Exclude<Data[K], undefined>>

/** The reading half of a session: synchronous, without clock or store, as the store last acknowledged it. */
export class SessionReader<Data extends object, Defaulted extends keyof Data = never> {
  // Truly private: whoever prints or serializes a session must not find the token or the secrets in it.
  readonly #state: SessionState
  readonly #context: SessionContext

  constructor(context: SessionContext, state: SessionState) {
    this.#context = context
    this.#state = state
  }

  /** What `JSON.stringify` and `Response.json` show. */
  toJSON(): { id: string | null; userId: string | null; data: DeepReadonly<Partial<Data>> } {
    return { id: this.id, userId: this.userId, data: this.data }
  }

  /** The value of `key`, else `fallback`, else the default of its schema, else undefined. Deeply frozen. */
  get<K extends KeyOf<Data>>(key: K): Read<Data, Defaulted, K>
  get<K extends KeyOf<Data>, F>(key: K, fallback: F): Stored<Data, K> | F
  get(key: string, ...fallback: readonly unknown[]): unknown {
    if (Object.hasOwn(this.#state.data, key)) return this.#state.data[key]
    return fallback.length > 0 ? fallback[0] : this.#context.codec.defaultOf(key)
  }

  /** Whether `key` is stored; a default does not count. */
  has(key: KeyOf<Data>): boolean {
    return Object.hasOwn(this.#state.data, key)
  }

  /** The stored keys, in no particular order. */
  keys(): KeyOf<Data>[] {
    return Object.keys(this.#state.data) as KeyOf<Data>[]
  }

  /** The stored values. */
  values(): DeepReadonly<Data[keyof Data]>[] {
    return Object.values(this.data)
  }

  /** The stored keys with their values. */
  entries(): [KeyOf<Data>, DeepReadonly<Data[keyof Data]>][] {
    return Object.entries(this.data) as [KeyOf<Data>, DeepReadonly<Data[keyof Data]>][]
  }

  /** All stored data, deeply frozen: changing it is a TypeError; `set` and `update` change the session. */
  get data(): DeepReadonly<Partial<Data>> {
    return this.#state.data as DeepReadonly<Partial<Data>>
  }

  /** The session's public id, a UUID safe in logs and URLs; null until the session is saved (Django's session_key, without its secret). */
  get id(): string | null {
    return this.#state.row?.id ?? null
  }

  /** Whether no stored session came with this request. */
  get isNew(): boolean {
    return this.#state.isNew
  }

  /** Whether there is no data (Django's is_empty). */
  get isEmpty(): boolean {
    return Object.keys(this.#state.data).length === 0
  }

  /** The logged-in user's id as text, or null. */
  get userId(): string | null {
    return this.#state.row?.userId ?? null
  }

  /** When the user logged in, or null. */
  get authenticatedAt(): Date | null {
    return this.#state.row?.authenticatedAt ?? null
  }

  /** When the session was first saved, or null. */
  get createdAt(): Date | null {
    return this.#state.row?.createdAt ?? null
  }

  /** When the session was last used, in steps of `touchInterval`; null until it is saved. */
  get lastSeenAt(): Date | null {
    return this.#state.row?.lastSeenAt ?? null
  }

  /** Seconds until the session ends, as of the store's last answer; for an unsaved one, its idle lifetime (Django's get_expiry_age). */
  get expiryAge(): number {
    const { row, pendingExpiry } = this.#state
    if (row) return Math.max(Math.round(row.secondsLeft), 0)
    const { policy } = this.#context.options
    const fixed = pendingExpiry !== null && 'at' in pendingExpiry
    const seconds = fixed ? (pendingExpiry.at.getTime() - this.#context.now()) / 1000 : idleSeconds(pendingExpiry, policy)
    return Math.max(Math.round(Math.min(seconds, policy.absoluteSeconds ?? seconds)), 0)
  }

  /** When the session ends if it is not used again; null until it is saved (Django's get_expiry_date). */
  get expiryDate(): Date | null {
    return this.#state.row?.expiresAt ?? null
  }

  /** Whether the cookie goes when the browser closes (Django's get_expire_at_browser_close). */
  get expiresAtBrowserClose(): boolean {
    const rule = this.#state.row ? this.#state.row.expiry : this.#state.pendingExpiry
    return rule ? 'idleSeconds' in rule && rule.idleSeconds === 0 : this.#context.options.expireAtBrowserClose
  }
}
