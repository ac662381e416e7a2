import { CompactEncrypt, compactDecrypt } from 'jose'
import type { CarrierOptions } from '../../core/cookie/carrier.ts'
import { deriveKey } from '../../core/cookie/keys.ts'
import { SessionError } from '../../core/errors.ts'

/** The size that every browser stores: 4096 bytes for name, value and attributes together (RFC 6265, section 6.1). */
export const maxCookieBytes = 4096

/** Encrypts and decrypts texts for one cookie. */
export interface Seal {
  /** Encrypts `text`. @throws {SessionError} DATA_TOO_LARGE with the size, if the cookie is too large for some browsers. */
  close(text: string): Promise<string>
  /** Decrypts `value`. Never rejects because of its content. */
  open(value: string): Promise<{ readonly text: string; readonly value: string } | 'malformed' | 'forged'>
}

// All attributes count, so that a session fits with Domain or Expires if it fits without them.
const attributes =
  '; Path=; Domain=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=34560000; Secure; HttpOnly; SameSite=strict; Partitioned'
const algorithms = { alg: 'dir', enc: 'A256GCM' } as const
// The header of `algorithms`, an empty key, 12 bytes, the text, and 16 bytes (RFC 7516, section 7.1). The last character of each
// part has unused bits, which must be 0. So only one encoding of a cookie is accepted.
const grammar = new RegExp(
  [
    /^eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0\.\.[\w-]{16}\./,
    /(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?\.[\w-]{21}[AQgw]$/,
  ]
    .map(({ source }) => source)
    .join(''),
)

/**
 * Creates a seal: JWE in compact form, `dir` with A256GCM (RFC 7516, RFC 7518), through Web Crypto. The first secret
 * encrypts, all decrypt. The keys are bound to the cookie's full name and the app. A random nonce is safe for 2^32
 * writes under one secret (NIST SP 800-38D, section 8.3).
 */
export function createSeal({ cookie, secrets, app }: CarrierOptions): Seal {
  // A cookie's name contains no line break, so a name followed by an app cannot equal another name.
  const info = ['coatcheck cookie v1 A256GCM', cookie.name, ...(app === undefined ? [] : [app])].join('\n')
  let derived: Promise<readonly CryptoKey[]> | undefined
  const keys = () => {
    derived ??= Promise.all(
      secrets.map((secret) => deriveKey(secret, info, { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt'])),
    )
    return derived
  }
  return {
    close: async (text) => {
      const [key] = await keys()
      if (!key) throw new SessionError('CONFIG_INVALID', 'secret is missing; set SESSION_SECRET.')
      const value = await new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(algorithms).encrypt(key)
      requireFits(cookie, value)
      return value
    },
    open: async (value) => {
      if (value.length > maxCookieBytes || !grammar.test(value)) return 'malformed'
      for (const key of await keys()) {
        const text = await decrypted(value, key)
        if (text !== null) return { text, value }
      }
      return 'forged'
    },
  }
}

async function decrypted(value: string, key: CryptoKey): Promise<string | null> {
  const pinned = { keyManagementAlgorithms: [algorithms.alg], contentEncryptionAlgorithms: [algorithms.enc] }
  try {
    return new TextDecoder().decode((await compactDecrypt(value, key, pinned)).plaintext)
  } catch {
    return null
  }
}

function requireFits({ name, path, domain = '' }: CarrierOptions['cookie'], value: string): void {
  const bytes = name.length + 1 + value.length + attributes.length + path.length + domain.length
  if (bytes <= maxCookieBytes) return
  const found = `The session needs ${bytes} bytes as a cookie, name and attributes included; browsers store ${maxCookieBytes}.`
  throw new SessionError(
    'DATA_TOO_LARGE',
    `${found} Store less, or use a store on the server, such as drizzle. Nothing was written.`,
  )
}
