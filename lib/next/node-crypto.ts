import crypto, { createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { macKeyInfo, uuidOfHex } from '../core/token.ts'
import type { Cryptography } from '../core/visit.ts'

/**
 * The server's cryptography; `web-crypto.ts` is the same format on the edge. Digests are taken as text, since each as bytes would cost
 * an allocation outside of the heap; a token has one spelling only, so its MAC may be compared as text, too.
 */
export function nodeCryptography(secrets: readonly string[]): Cryptography {
  const macs = secrets.map((secret) => hmacSha256(Buffer.from(hkdfSync('sha256', secret, '', macKeyInfo, 32))))
  const [sign = hmacSha256(Buffer.of())] = macs
  return {
    randomBytes: (length) => randomBytes(length),
    tokenHash: (secret) => uuidOfHex(sha256(Buffer.from(secret, 'base64url'), 'hex')),
    sign,
    verify: (input, given) => macs.some((mac) => timingSafeEqual(Buffer.from(mac(input)), Buffer.from(given))),
  }
}

/**
 * HMAC-SHA-256 in base64url, as RFC 2104, section 2, defines it, under a key of at most 64 bytes. Node's own makes an object outside of the
 * heap for each MAC, which together with clearing it away is a sixth of what a read costs this process (bench/README.md).
 */
function hmacSha256(key: Uint8Array): (input: string) => string {
  const pad = (byte: number) => Uint8Array.from({ length: 64 }, (_, at) => byte ^ (key[at] ?? 0))
  const [inner, outer] = [pad(0x36), pad(0x5c)]
  return (input) => {
    const digest = sha256(Buffer.concat([inner, Buffer.from(input)]), 'binary')
    return sha256(Buffer.concat([outer, Buffer.from(digest, 'binary')]), 'base64url')
  }
}

/** In one call, and without an object, where Node can: from 20.12 on. */
function sha256(bytes: Uint8Array, encoding: 'hex' | 'binary' | 'base64url'): string {
  return crypto.hash ? crypto.hash('sha256', bytes, encoding) : createHash('sha256').update(bytes).digest(encoding)
}
