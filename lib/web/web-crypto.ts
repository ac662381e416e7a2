import type { Macs } from '../core/cookie/device.ts'
import { deriveKey, macKeyInfo } from '../core/cookie/keys.ts'
import type { VerifyMac } from '../core/cookie/token.ts'
import { base64url, bytesOf, uuidOf } from '../core/data/bytes.ts'
import { SessionError } from '../core/errors.ts'

/**
 * Returns a function that checks MACs with Web Crypto, for the edge. The format is that of `node-crypto.ts`. Derives the keys
 * once.
 */
export function webVerifier(secrets: readonly string[]): VerifyMac {
  return webMacs(secrets, macKeyInfo).verify
}

/**
 * Signs with the key that is derived from the first secret for this purpose, and checks with the keys of all secrets. Uses Web
 * Crypto.
 */
export function webMacs(secrets: readonly string[], info: string): Macs {
  const encoder = new TextEncoder()
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 }
  const derived = Promise.all(secrets.map((secret) => deriveKey(secret, info, hmac, ['sign', 'verify'])))
  return {
    sign: async (input) => {
      const [first] = await derived
      if (!first) throw new SessionError('CONFIG_INVALID', 'secret is missing.')
      return base64url(new Uint8Array(await crypto.subtle.sign('HMAC', first, encoder.encode(input))))
    },
    verify: async (input, mac) => {
      for (const [index, key] of (await derived).entries()) {
        if (await crypto.subtle.verify('HMAC', key, bytesOf(mac), encoder.encode(input))) return index === 0 ? 'current' : 'old'
      }
      return false
    },
  }
}

/** Returns the first 128 bits of the SHA-256 of a token secret as a UUID, with Web Crypto. */
export async function webTokenHash(tokenSecret: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(tokenSecret)))
  return uuidOf(hash.subarray(0, 16))
}
