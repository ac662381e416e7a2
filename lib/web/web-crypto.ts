import { bytesOf, macKeyInfo } from '../core/cookie/token.ts'

/** Verifies MACs with Web Crypto, for the guard: the format is that of `node-crypto.ts`. Keys are derived once. */
export function webVerifier(secrets: readonly string[]): (input: string, mac: string) => Promise<boolean> {
  const encoder = new TextEncoder()
  const derived = Promise.all(secrets.map(async (secret) => deriveKey(encoder.encode(secret), encoder.encode(macKeyInfo))))
  return async (input, mac) => {
    for (const key of await derived) {
      if (await crypto.subtle.verify('HMAC', key, bytesOf(mac), encoder.encode(input))) return true
    }
    return false
  }
}

async function deriveKey(secret: Uint8Array<ArrayBuffer>, info: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return crypto.subtle.deriveKey(hkdf, material, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['verify'])
}
