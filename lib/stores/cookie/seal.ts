import { CompactEncrypt, compactDecrypt } from 'jose'
import type { SealedCookie } from '../../core/cookie/carrier.ts'
import { SessionError } from '../../core/errors.ts'

/** What browsers keep for certain: 4096 bytes for name, value and attributes together (RFC 6265, section 6.1). */
export const maxCookieBytes = 4096

/** Encrypts and decrypts texts for one cookie. */
export interface Seal {
  /** @throws {SessionError} DATA_TOO_LARGE with the size found, if browsers might not keep the cookie. */
  close(text: string): Promise<string>
  /** Never rejects, whatever `value` is. */
  open(value: string): Promise<{ readonly text: string } | 'malformed' | 'forged'>
}

// Counted as if all were set: a session that is kept without Domain or Expires is kept with them, too.
const attributes =
  '; Path=; Domain=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=34560000; Secure; HttpOnly; SameSite=strict; Partitioned'
const algorithms = { alg: 'dir', enc: 'A256GCM' } as const
// The header that `algorithms` gives, then an empty key, 12 bytes, the text, 16 bytes (RFC 7516, section 7.1). The last character of a part
// carries spare bits, which must be 0: so only one spelling of a cookie is accepted.
const grammar =
  /^eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0\.\.[\w-]{16}\.(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?\.[\w-]{21}[AQgw]$/

/**
 * Seals as JWE in compact form, `dir` with A256GCM (RFC 7516, RFC 7518), by Web Crypto alone. The first secret seals, all open; the keys are
 * bound to the cookie's full name. A random nonce is safe for 2^32 writes under one secret (NIST SP 800-38D, section 8.3).
 */
export function createSeal(cookie: SealedCookie, secrets: readonly string[]): Seal {
  let derived: Promise<readonly CryptoKey[]> | undefined
  const keys = () => {
    derived ??= Promise.all(secrets.map((secret) => deriveKey(secret, cookie.name)))
    return derived
  }
  return {
    close: async (text) => {
      const [key] = await keys()
      if (!key) throw new SessionError('CONFIG_INVALID', 'secret is missing; set SESSION_SECRET.')
      const value = await new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(algorithms).encrypt(key)
      requireRoom(cookie, value)
      return value
    },
    open: async (value) => {
      if (value.length > maxCookieBytes || !grammar.test(value)) return 'malformed'
      for (const key of await keys()) {
        const text = await decrypted(value, key)
        if (text !== null) return { text }
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

function requireRoom({ name, path, domain = '' }: SealedCookie, value: string): void {
  const bytes = name.length + 1 + value.length + attributes.length + path.length + domain.length
  if (bytes <= maxCookieBytes) return
  const found = `The session takes ${bytes} bytes as a cookie, with its name and attributes; browsers keep ${maxCookieBytes}.`
  throw new SessionError(
    'DATA_TOO_LARGE',
    `${found} Store less, or use a store on the server, such as drizzle. Nothing was written.`,
  )
}

/** HKDF-SHA-256 (RFC 5869) under a label of its own: no key serves two purposes or two cookies. */
async function deriveKey(secret: string, cookieName: string): Promise<CryptoKey> {
  const encoder = new TextEncoder()
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey'])
  const info = encoder.encode(`coatcheck cookie v1 A256GCM\n${cookieName}`)
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return crypto.subtle.deriveKey(hkdf, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}
