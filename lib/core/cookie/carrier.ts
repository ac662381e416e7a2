import type { SessionStore, StoredSession } from '../store/store.ts'

/**
 * A store that keeps each session in its visitor's cookie, and nothing on the server: there is one store for each request, which holds the
 * one session of its cookie. As a store for all of them it refuses every operation but `clearExpired`, which has nothing to do.
 */
export interface CookieStore extends SessionStore {
  /** What opens the values of `cookie` under these secrets: the first seals, all open. */
  opener(cookie: SealedCookie, secrets: readonly string[]): CookieOpener
}

/** The cookie that carries sessions: its full name, and the attributes of any length. */
export interface SealedCookie {
  readonly name: string
  readonly path: string
  readonly domain: string | undefined
}

/** Opens what a request's cookie holds. Never rejects, whatever that is; asks for no clock if there is none. */
export type CookieOpener = (value: string | undefined) => Promise<OpenedCookie>

/** The store of one request. */
export interface OpenedCookie {
  /** Each change of its session answers `sealed`, which must be sent: the cookie sent last is the session. Takes one change at a time. */
  readonly store: SessionStore
  /** The live session, or why a cookie is none; null without a cookie. */
  readonly found: StoredSession | 'malformed' | 'forged' | 'unknown' | null
}
