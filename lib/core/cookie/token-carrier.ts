import { base64url } from '../data/bytes.ts'
import { cookieLimitSeconds } from '../store/expiry.ts'
import type { SessionStore } from '../store/store.ts'
import type { SessionRef, StoredSession } from '../store/stored-session.ts'
import {
  type CarriedSession,
  type CarrierOptions,
  expiresAtBrowserClose,
  firstLive,
  outerLimit,
  type SessionCarrier,
  type SessionCredential,
  storeNow,
} from './carrier.ts'
import { type MacCheck, openToken, writeToken } from './token.ts'

/** Hashes, MACs and random numbers. */
export interface Cryptography {
  randomBytes(length: number): Uint8Array
  /** Returns the first 128 bits of the SHA-256 of a token secret, as a UUID. */
  tokenHash(tokenSecret: string): string
  /** Returns the HMAC-SHA-256 under the first secret, in base64url. */
  sign(input: string): string
  /**
   * Returns the first 128 bits of the HMAC-SHA-256 of a user's credentials as UUIDs, one for each secret, newest first.
   * The first is stored; all are accepted (Django's get_session_auth_fallback_hash). The keys serve no other purpose.
   */
  authHashes(credentials: string): readonly string[]
  /** Returns true if `mac` is the MAC of `input`. Takes the same time for every wrong MAC. */
  verify(input: string, mac: string): MacCheck
}

/** Returns a new token secret, 16 random bytes in base64url, and its hash. */
export function newTokenSecret({ randomBytes, tokenHash }: Cryptography): {
  readonly tokenSecret: string
  readonly tokenHash: string
} {
  const tokenSecret = base64url(randomBytes(16))
  return { tokenSecret, tokenHash: tokenHash(tokenSecret) }
}

/** Creates the functions that write the cookie of a row: they sign its token and set its lifetime. */
function cookieWriter(
  { cookie, policy, expireAtBrowserClose }: CarrierOptions,
  { sign }: Cryptography,
): Pick<CarriedSession, 'issue' | 'reissue' | 'maxAge'> {
  const issue = (row: StoredSession, tokenSecret: string): SessionCredential => {
    const expiresSeconds = outerLimit(policy, row)
    const token = { id: row.id, tokenSecret, expiresSeconds, loggedIn: row.userId !== null }
    return { id: row.id, tokenHash: row.tokenHash, tokenSecret, value: writeToken(token, cookie.name, sign), expiresSeconds }
  }

  /** Signs a token again if an old secret signed it or half of its lifetime is over, so that it stays valid. */
  const reissue = (row: StoredSession, credential: SessionCredential): SessionCredential => {
    const { expiresSeconds, signedByOldSecret, tokenSecret } = credential
    const isOld = expiresSeconds - storeNow(row) < cookieLimitSeconds / 2 && outerLimit(policy, row) > expiresSeconds
    return signedByOldSecret || isOld ? issue(row, tokenSecret) : credential
  }

  const maxAge: CarriedSession['maxAge'] = (row, { expiresSeconds }) => {
    if (expiresAtBrowserClose(row.expiry, expireAtBrowserClose)) return undefined
    return Math.max(Math.floor(expiresSeconds - storeNow(row)), 1)
  }

  return { issue, reissue, maxAge }
}

/** Creates the carrier for sessions in a store: the cookie holds a signed token that names a row. */
export function tokenCarrier(store: SessionStore, options: CarrierOptions, cryptography: Cryptography): SessionCarrier {
  const cookieName = options.cookie.name
  const { verify, tokenHash } = cryptography

  const authenticate = (value: string): SessionCredential | 'malformed' | 'forged' => {
    const token = openToken(value, cookieName, verify)
    if (typeof token === 'string') return token
    const { id, tokenSecret, expiresSeconds, signedByOldSecret } = token
    return { id, tokenHash: tokenHash(tokenSecret), tokenSecret, value, expiresSeconds, signedByOldSecret }
  }

  const { issue, reissue, maxAge } = cookieWriter(options, cryptography)
  /** Lists the members, because spreading an object takes longer, and this runs in every request. */
  const carry = (found: CarriedSession['found'], presented: SessionRef | null): CarriedSession => {
    return { store, canTouch: true, issue, reissue, maxAge, found, presented }
  }
  const find = async (credential: SessionCredential): Promise<CarriedSession> => {
    const row = await store.find(credential)
    if (row === null || row === 'rotated') return carry(row ?? 'unknown', credential)
    return carry(storeNow(row) < credential.expiresSeconds ? { row, credential } : 'unknown', credential)
  }

  const openOne = (value: string) => {
    const credential = authenticate(value)
    return typeof credential === 'string' ? credential : find(credential)
  }
  return { store, open: (values) => firstLive(values, openOne, (rejection) => carry(rejection, null)) }
}
