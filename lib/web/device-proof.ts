import { base64url, bytesOf } from '../core/data/bytes.ts'

/**
 * The public key of a device: a point on the curve P-256 (RFC 7518, section 6.2.1). Both parts are 32 bytes in
 * base64url.
 */
export interface DeviceKey {
  readonly x: string
  readonly y: string
}

/** A proof that a device has sent: a JWT (RFC 7519) that it signed with ES256. The signature is not checked yet. */
export interface DeviceProof {
  /** The challenge that the device signed. */
  readonly challenge: string
  /** The public key, which the proof of a registration contains; null if the proof contains none. */
  readonly key: DeviceKey | null
  /** The signed text. */
  readonly signed: string
  readonly signature: Uint8Array<ArrayBuffer>
}

const maxLength = 4096
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/**
 * Parses the JWT of a device-bound session. Accepts one form only: `typ` 'dbsc+jwt', `alg` ES256, a P-256 key or none,
 * and no critical extension (RFC 7515, section 4.1.11). Returns null for anything else.
 * @see W3C Device Bound Session Credentials, "Session proofs"
 */
export function parseDeviceProof(jwt: string): DeviceProof | null {
  if (jwt.length > maxLength) return null
  const [, signed, header, payload, signature] = /^(([\w-]+)\.([\w-]+))\.([\w-]{86})$/.exec(jwt) ?? []
  if (!signed || !header || !payload || !signature) return null
  const { typ, alg, jwk, crit } = jsonObjectOf(header)
  const { jti } = jsonObjectOf(payload)
  const key = jwk === undefined ? null : deviceKeyOf(jwk)
  if (typ !== 'dbsc+jwt' || alg !== 'ES256' || crit !== undefined || key === undefined || typeof jti !== 'string') return null
  return isCanonical(signature) ? { challenge: jti, key, signed, signature: bytesOf(signature) } : null
}

/** Returns true if `key` made the signature of the proof. */
export async function isSignedBy(key: DeviceKey, { signed, signature }: DeviceProof): Promise<boolean> {
  try {
    const jwk = { kty: 'EC', crv: 'P-256', x: key.x, y: key.y }
    const imported = await crypto.subtle.importKey('jwk', jwk, ecdsa, false, ['verify'])
    return await crypto.subtle.verify(ecdsa, imported, signature, new TextEncoder().encode(signed))
  } catch {
    return false // the point is not on the curve
  }
}

/** Returns the thumbprint of a key: SHA-256 in base64url (RFC 7638). */
export async function thumbprintOf({ x, y }: DeviceKey): Promise<string> {
  const members = JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }) // the order is part of the standard
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(members))))
}

/**
 * Returns the text of a header whose value is a string (RFC 9651, section 4.2.5), without its parameters; null for any
 * other value.
 */
export function headerString(value: string | null): string | null {
  const [, quoted] = /^ *"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)" *(?:;.*)?$/.exec(value ?? '') ?? []
  return quoted?.replace(/\\(.)/g, '$1') ?? null
}

/** Formats printable ASCII text as a string in a header (RFC 9651, section 4.1.6). */
export function quotedString(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** Parses the JSON object in one part of a JWT. Returns an empty object if the part contains none. */
function jsonObjectOf(part: string): Readonly<Record<string, unknown>> {
  if (!isCanonical(part)) return {}
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(part)))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function deviceKeyOf(jwk: unknown): DeviceKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const { kty, crv, x, y }: Readonly<Record<string, unknown>> = { ...jwk }
  if (kty !== 'EC' || crv !== 'P-256' || !isCoordinate(x) || !isCoordinate(y)) return undefined
  return { x, y }
}

function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{43}$/.test(value) && isCanonical(value)
}

/** Some bytes have several encodings in base64url. Returns true only for the canonical one. */
function isCanonical(text: string): boolean {
  return base64url(bytesOf(text)) === text
}
