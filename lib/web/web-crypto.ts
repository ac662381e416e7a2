import { deriveKey, macKeyInfo } from '../core/cookie/keys.ts'
import type { VerifyMac } from '../core/cookie/token.ts'
import { bytesOf } from '../core/data/bytes.ts'

/**
 * Returns a function that checks MACs with Web Crypto, for the edge. The format is that of `node-crypto.ts`. Derives the keys
 * once.
 */
export function webVerifier(secrets: readonly string[]): VerifyMac {
  const encoder = new TextEncoder()
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 }
  const derived = Promise.all(secrets.map((secret) => deriveKey(secret, macKeyInfo, hmac, ['verify'])))
  return async (input, mac) => {
    for (const [index, key] of (await derived).entries()) {
      if (await crypto.subtle.verify('HMAC', key, bytesOf(mac), encoder.encode(input))) return index === 0 ? 'current' : 'old'
    }
    return false
  }
}
