import type { SessionStore, StoredSession } from '../store/store.ts'
import {
  type CarriedSession,
  type CarrierOptions,
  expiresAtBrowserClose,
  outerLimit,
  type SessionCarrier,
  storeNow,
} from './carrier.ts'
import { openToken, writeToken } from './token.ts'

/** Hashes, MACs and random numbers. */
export interface Cryptography {
  randomBytes(length: number): Uint8Array
  /** Returns the first 128 bits of the SHA-256 of a token secret, as a UUID. */
  tokenHash(tokenSecret: string): string
  /** Returns the HMAC-SHA-256 under the first secret, in base64url. */
  sign(input: string): string
  /** Returns true if `mac` is that of `input` under any secret. Takes the same time for every wrong MAC. */
  verify(input: string, mac: string): boolean
}

/** Creates the carrier for sessions in a store: the cookie holds a signed token that names a row. */
export function tokenCarrier(
  store: SessionStore,
  { cookie, policy, expireAtBrowserClose }: CarrierOptions,
  { sign, verify, tokenHash }: Cryptography,
): SessionCarrier {
  const issue = (row: StoredSession, tokenSecret: string) => {
    const expiresSeconds = outerLimit(policy, row)
    const token = { id: row.id, tokenSecret, expiresSeconds, loggedIn: row.userId !== null }
    return { id: row.id, tokenHash: row.tokenHash, tokenSecret, value: writeToken(token, cookie.name, sign), expiresSeconds }
  }
  const find = async (value: string): Promise<CarriedSession['found']> => {
    const token = await openToken(value, cookie.name, verify)
    if (typeof token === 'string') return token
    const { id, tokenSecret, expiresSeconds } = token
    const credential = { id, tokenSecret, expiresSeconds, value, tokenHash: tokenHash(tokenSecret) }
    const row = await store.find(credential)
    return row && storeNow(row) < expiresSeconds ? { row, credential } : 'unknown'
  }
  const carried: Omit<CarriedSession, 'found'> = {
    store,
    canTouch: true,
    issue,
    reissue: (_, credential) => credential,
    maxAge: (row, { expiresSeconds }) => {
      if (expiresAtBrowserClose(row.expiry, expireAtBrowserClose)) return undefined
      return Math.max(Math.floor(expiresSeconds - storeNow(row)), 1)
    },
  }
  return { store, open: async (value) => ({ ...carried, found: value === undefined ? null : await find(value) }) }
}
