/**
 * The cookie's value: `v1.<id>.<secret>.<expiry>.<flags>.<mac>`.
 * `id` and `secret` are 16 bytes and `mac` 32 bytes in base64url (RFC 4648, section 5, unpadded); `expiry` is in epoch seconds,
 * decimal; `flags` is 1 for a logged-in session, else 0. The MAC is HMAC-SHA-256 over the label, the cookie's full name
 * and everything before the last dot.
 */
export interface Token {
  /** The session's public id, a UUID. */
  readonly id: string
  /** 16 random bytes in base64url: never stored, never logged. */
  readonly tokenSecret: string
  /** Outer limit of the token's life, epoch seconds; the row may end sooner. */
  readonly expiresSeconds: number
  /** A hint for the guard; only the row's user decides. */
  readonly loggedIn: boolean
}

/** A token as it came in: its parts, what its MAC must cover, and the MAC. */
export interface ParsedToken extends Token {
  readonly text: string
  readonly signed: string
  readonly mac: string
}

// The last character of each part carries spare bits, which must be 0: so only one spelling of a token is accepted.
const grammar =
  /^(v1\.([A-Za-z0-9_-]{21}[AQgw])\.([A-Za-z0-9_-]{21}[AQgw])\.([1-9][0-9]{0,11})\.([01]))\.([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/

// Tables, because this runs in every request: `atob` and `toString(16)` per byte take as long as the cryptography does.
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const sixBitsOf = Array.from({ length: 128 }, (_, code) => Math.max(alphabet.indexOf(String.fromCharCode(code)), 0))

/** The parts of `text`, or null if it is not exactly a token. The MAC has yet to be checked. */
export function parseToken(text: string): ParsedToken | null {
  if (text.length > 200) return null
  const [, signed, id, secret, expiry, flags, mac] = grammar.exec(text) ?? []
  if (!signed || !id || !secret || !expiry || !flags || !mac) return null
  const expiresSeconds = Number(expiry)
  return { id: uuidOf(bytesOf(id)), tokenSecret: secret, expiresSeconds, loggedIn: flags === '1', text, signed, mac }
}

/** The part of a token that its MAC covers. */
export function signedPart({ id, tokenSecret: secret, expiresSeconds, loggedIn }: Token): string {
  return `v1.${base64url(uuidBytes(id))}.${secret}.${expiresSeconds}.${loggedIn ? 1 : 0}`
}

/** What the MAC is computed over: the cookie's name binds the token to it. */
export function macInput(cookieName: string, signed: string): string {
  return `coatcheck token\n${cookieName}\n${signed}`
}

/** The HKDF `info` (RFC 5869) under which the MAC key is derived from the application's secret. */
export const macKeyInfo = 'coatcheck token v1 HMAC-SHA-256'

/** A version 7 UUID (RFC 9562, section 5.7): milliseconds, then the given 10 random bytes. Sorts by time. */
export function uuidV7(milliseconds: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, Math.floor(milliseconds / 2 ** 32))
  view.setUint32(2, milliseconds % 2 ** 32)
  bytes.set(random.subarray(0, 10), 6)
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70)
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80)
  return uuidOf(bytes)
}

/** The text form of 16 bytes as a UUID. */
export function uuidOf(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += hexOfByte[byte]
  return uuidOfHex(hex)
}

/** The text form of a UUID whose 32 hexadecimal digits `hex` begins with. */
export function uuidOfHex(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}

/** Whether `text` is a UUID in its canonical lower-case form. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(text)
}

/** Unpadded base64url. */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (symbol) => ({ '+': '-', '/': '_' })[symbol] ?? '')
}

/** The bytes of unpadded base64url, which must be well-formed. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    held = (held << 6) | (sixBitsOf[text.charCodeAt(i)] ?? 0)
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = held >> bits // the array keeps the lowest eight bits
  }
  return bytes
}

/** The 16 bytes of a UUID. */
export function uuidBytes(id: string): Uint8Array {
  return Uint8Array.from(id.replaceAll('-', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
