import { base64url, bytesOf, uuidBytes, uuidOf } from '../data/bytes.ts'

/**
 * The value of the cookie: `v1.<id>.<secret>.<expiry>.<flags>.<mac>`. `id` and `secret` are 16 bytes and `mac` is 32
 * bytes in base64url (RFC 4648, section 5, unpadded). `expiry` is in epoch seconds, decimal. `flags` is 1 for a
 * logged-in session, otherwise 0. The MAC is HMAC-SHA-256 over a label, the cookie's full name and everything before
 * the last dot.
 */
export interface Token {
  /** The session's public id, a UUID. */
  readonly id: string
  /** 16 random bytes in base64url. Never stored and never logged. */
  readonly tokenSecret: string
  /** The latest expiry of the token in epoch seconds. The row may expire sooner. */
  readonly expiresSeconds: number
  /** A hint for the guard. Whether a user is logged in depends only on the row. */
  readonly loggedIn: boolean
}

/** A token with a valid MAC. */
export interface AuthenticToken extends Token {
  readonly signedByOldSecret: boolean
}

/** The secret under which a MAC is valid: 'current' is the first one, which signs. False if the MAC is invalid. */
export type MacCheck = 'current' | 'old' | false

/** Checks a MAC. The server uses `node:crypto`; the edge uses Web Crypto. */
export type VerifyMac = (input: string, mac: string) => MacCheck | Promise<MacCheck>

// The last character of each part has unused bits, which must be 0. So only one encoding of a token is accepted.
const grammar =
  /^(v1\.([A-Za-z0-9_-]{21}[AQgw])\.([A-Za-z0-9_-]{21}[AQgw])\.([1-9][0-9]{0,11})\.([01]))\.([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/

/** A token whose MAC has not been checked yet. */
interface UncheckedToken extends Token {
  readonly macInput: string
  readonly mac: string
}

/**
 * Returns the token in a cookie's value, or the reason why the value is rejected. Checks the MAC only: not the expiry,
 * and not the store. It is synchronous, because each request calls it, and a promise costs time.
 */
export function openToken(
  value: string,
  cookieName: string,
  verify: (input: string, mac: string) => MacCheck,
): AuthenticToken | 'malformed' | 'forged' {
  const token = parseToken(value, cookieName)
  return token ? authentic(token, verify(token.macInput, token.mac)) : 'malformed'
}

/** Does the same as `openToken` with Web Crypto, which is asynchronous. */
export async function openTokenAsync(
  value: string,
  cookieName: string,
  verify: VerifyMac,
): Promise<AuthenticToken | 'malformed' | 'forged'> {
  const token = parseToken(value, cookieName)
  return token ? authentic(token, await verify(token.macInput, token.mac)) : 'malformed'
}

function parseToken(value: string, cookieName: string): UncheckedToken | null {
  if (value.length > 200) return null
  const [, signed, id, tokenSecret, expiry, flags, mac] = grammar.exec(value) ?? []
  if (!signed || !id || !tokenSecret || !expiry || !flags || !mac) return null
  return {
    id: uuidOf(bytesOf(id)),
    tokenSecret,
    expiresSeconds: Number(expiry),
    loggedIn: flags === '1',
    macInput: macInput(cookieName, signed),
    mac,
  }
}

function authentic({ id, tokenSecret, expiresSeconds, loggedIn }: UncheckedToken, check: MacCheck): AuthenticToken | 'forged' {
  // Any other value, such as a promise that was not awaited, must not count as a valid MAC.
  if (check !== 'current' && check !== 'old') return 'forged'
  return { id, tokenSecret, expiresSeconds, loggedIn, signedByOldSecret: check === 'old' }
}

/** Returns true if `value` names session `id`. Does not check the MAC. */
export function isTokenOf(id: string, value: string): boolean {
  return value.startsWith(`v1.${base64url(uuidBytes(id))}.`)
}

/** Returns the cookie's value for a token. `sign` returns the MAC in base64url. */
export function writeToken(token: Token, cookieName: string, sign: (input: string) => string): string {
  const { id, tokenSecret, expiresSeconds, loggedIn } = token
  const signed = `v1.${base64url(uuidBytes(id))}.${tokenSecret}.${expiresSeconds}.${loggedIn ? 1 : 0}`
  return `${signed}.${sign(macInput(cookieName, signed))}`
}

/** The input of the MAC. It contains the cookie's name, so that a token is valid under this name only. */
function macInput(cookieName: string, signed: string): string {
  return `coatcheck token\n${cookieName}\n${signed}`
}
