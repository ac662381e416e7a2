import { cookieLimitSeconds, type ExpiryPolicy } from '../store/expiry.ts'
import type { SessionStore } from '../store/store.ts'
import type { SessionRef, StoredSession } from '../store/stored-session.ts'

/** The credential with which a browser opens a session. */
export interface SessionCredential extends SessionRef {
  readonly tokenSecret: string
  /** The value of the cookie. */
  readonly value: string
  /** The latest expiry of the cookie in epoch seconds. The row may expire sooner. */
  readonly expiresSeconds: number
  /** True if an old secret signed the value, so that the value must be signed again before that secret is removed. */
  readonly signedByOldSecret?: boolean
}

/**
 * The reason why a cookie opens no session. 'unknown': this app issued the token, but the session was deleted or has
 * expired. 'rotated': the session exists and was given a new token less than 60 seconds ago; this is the old one.
 * 'device': the session is bound to a device, and the request has no proof of it.
 */
export type Rejection = 'malformed' | 'forged' | 'unknown' | 'rotated' | 'device'

/** Defines how sessions travel in their cookie. No other part of the library depends on the format of the cookie. */
export interface SessionCarrier {
  /** The store that administration uses. */
  readonly store: SessionStore
  /**
   * Opens the cookie of one request. A browser may send several cookies with the same name (a wider domain, another path). The
   * first one that opens a live session is used, otherwise the first authentic one. Never rejects because of a cookie's content.
   */
  open(values: readonly string[]): Promise<CarriedSession>
}

/** The session of one request. */
export interface CarriedSession {
  /** The store for this request. */
  readonly store: SessionStore
  /** The live session; a rejection if the cookie opens no session; null without a cookie. */
  readonly found: FoundSession | Rejection | null
  /** The authentic credential that the browser presented, even if it opens no session. */
  readonly presented: SessionRef | null
  /** A session of another library that pages already show but that is not stored yet. */
  readonly adopted?: StoredSession
  /**
   * Set with the rejection 'device': the session that is bound to a device. `isSkipped` is true if the browser has just failed to
   * renew its proof.
   */
  readonly unproven?: { readonly row: StoredSession; readonly isSkipped: boolean }
  /** True if the session's activity can be recorded after the response, when no cookie can be sent. */
  readonly canTouch: boolean
  /** Returns a new credential for `row`. */
  issue(row: StoredSession, tokenSecret: string): SessionCredential
  /**
   * Returns the credential after a write that kept the token. It is `credential` itself unless the cookie's value must
   * change.
   */
  reissue(row: StoredSession, credential: SessionCredential): SessionCredential
  /** Returns the cookie's Max-Age in seconds; undefined if the cookie expires when the browser closes. */
  maxAge(row: StoredSession, credential: SessionCredential): number | undefined
}

/** A live session and the credential that opened it. */
export interface FoundSession {
  readonly row: StoredSession
  readonly credential: SessionCredential
}

/** The resolved options that a carrier depends on. */
export interface CarrierOptions {
  readonly cookie: { readonly name: string; readonly path: string; readonly domain: string | undefined }
  readonly secrets: readonly string[]
  readonly policy: ExpiryPolicy
  readonly expireAtBrowserClose: boolean
  readonly maxPerUser?: number | null
  /** The name of the app. A cookie that holds a session is valid in this app only. */
  readonly app?: string | undefined
}

/**
 * Stores each session in its visitor's cookie and nothing on the server. `createSessions` accepts it in place of a
 * `SessionStore`, and `createGuard` can read its sessions.
 */
export interface CookieStore {
  readonly name: string
  /** Creates the carrier. The first secret encrypts, all decrypt. */
  carrier(options: CarrierOptions): SessionCarrier
}

/**
 * Returns the time in epoch seconds at which a session's absolute lifetime is over. `expiresAt` of the row may be later
 * if `absoluteMaxAge` was shortened since its last write.
 */
export function absoluteEnd({ absoluteSeconds }: ExpiryPolicy, { authenticatedAt, createdAt }: StoredSession): number {
  return absoluteSeconds === null ? Number.POSITIVE_INFINITY : (authenticatedAt ?? createdAt).getTime() / 1000 + absoluteSeconds
}

/** The number of cookies with the session's name that are checked. */
export const maxCookies = 8

/** Returns the values of the cookies with this name in a `Cookie` header (RFC 6265, section 4.2.1), in its order. */
export function cookieValues(header: string | null, name: string, limit = maxCookies): string[] {
  const start = `${name}=`
  const values: string[] = []
  for (const part of header?.split(';') ?? []) {
    const pair = part.trim()
    if (pair.startsWith(start) && values.length < limit) values.push(pair.slice(start.length))
  }
  return values
}

/** The session of one cookie, or the reason why the cookie is not authentic. */
type Opened = CarriedSession | 'malformed' | 'forged'

/**
 * Opens the first value that has a live session, otherwise the first authentic one: the cookie of a deleted session, such as one of
 * a wider domain, must not hide a live one. If no value is authentic, returns `otherwise` with the rejection, or with null if
 * `values` is empty.
 */
export async function firstLive(
  values: readonly string[],
  open: (value: string) => Opened | Promise<Opened>,
  otherwise: (rejection: 'malformed' | 'forged' | null) => CarriedSession,
): Promise<CarriedSession> {
  let rejection: 'malformed' | 'forged' | null = null
  let authentic: CarriedSession | null = null
  for (const value of values) {
    const opened = await open(value)
    if (typeof opened === 'string') rejection = rejection === 'forged' ? rejection : opened
    else if (typeof opened.found === 'object') return opened
    else authentic ??= opened
  }
  return authentic ?? otherwise(rejection)
}

/** Returns the latest expiry of a cookie in epoch seconds. No read can extend it. */
export function outerLimit(policy: ExpiryPolicy, row: StoredSession): number {
  const limits = [storeNow(row) + cookieLimitSeconds, absoluteEnd(policy, row)]
  if (row.expiry && 'at' in row.expiry) limits.push(row.expiry.at.getTime() / 1000)
  return Math.floor(Math.min(...limits))
}

/** Returns true if the cookie expires when the browser closes. */
export function expiresAtBrowserClose(expiry: StoredSession['expiry'], byDefault: boolean): boolean {
  return expiry ? 'idleSeconds' in expiry && expiry.idleSeconds === 0 : byDefault
}

/** Returns the store's time at the moment when the store returned `row`, in epoch seconds. */
export function storeNow(row: StoredSession): number {
  return row.expiresAt.getTime() / 1000 - row.secondsLeft
}
