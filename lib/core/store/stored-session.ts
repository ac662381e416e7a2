import type { Json, JsonObject } from '../data/json.ts'
import type { ExpiryRule } from './expiry.ts'

/** Identifies a session and proves that its sender may use it. Every read and write for a visitor checks both parts. */
export interface SessionRef {
  /** The session's public id, a UUID. */
  readonly id: string
  /** The first 128 bits of SHA-256 of the token secret, as a UUID. */
  readonly tokenHash: string
}

/** Values of the app's own columns, by the app's names for them. */
export type ColumnValues = Readonly<Record<string, string | number | boolean | null>>

/** The browser that last used a session. */
export interface Client {
  readonly ip: string | null
  /** At most 256 characters. */
  readonly userAgent: string | null
}

/** A session as a store returns it. Ages are computed by the store's clock, so no other clock is needed. */
export interface StoredSession extends SessionRef, Client {
  readonly userId: string | null
  /** 128 bits of an HMAC of the user's credentials at login, as a UUID (Django's session auth hash); null without credentials. */
  readonly authHash: string | null
  /** The public key of the device to which the session is bound; null if the session is not bound. */
  readonly deviceKey: string | null
  /** The app's own columns; absent in a store without them. */
  readonly columns?: ColumnValues
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
  readonly authHash: string | null
  readonly columns?: ColumnValues
  readonly expiry: ExpiryRule
  readonly data: JsonObject
}

/** A session after an update. `taken` is the value of the key that `take` removed. */
export type UpdatedSession = StoredSession & { readonly taken?: Json }
