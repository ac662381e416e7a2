import crypto, { createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { bytesOf, macKeyInfo, uuidOfHex } from '../core/cookie/token.ts'
import type { Cryptography } from '../core/session/request-context.ts'

/**
 * The server's cryptography; `web-crypto.ts` is the same format on the edge. Digests are taken as text, since each as bytes would cost
 * an allocation outside of the heap.
 */
export function nodeCryptography(secrets: readonly string[]): Cryptography {
  const macs = secrets.map((secret) => hmacSha256(Buffer.from(hkdfSync('sha256', secret, '', macKeyInfo, 32))))
  const [sign = hmacSha256(Buffer.of())] = macs
  return {
    randomBytes: (length) => randomBytes(length),
    tokenHash: (secret) => uuidOfHex(sha256(bytesOf(secret), 'hex')),
    sign,
    verify: (input, given) => macs.some((mac) => timingSafeEqual(bytesOf(mac(input)), bytesOf(given))),
  }
}

/**
 * HMAC-SHA-256 in base64url, as RFC 2104, section 2, defines it, under a key of at most 64 bytes. Node's own makes an object outside of the
 * heap for each MAC, which costs more than the digests do: docs/decisions/0001-token-and-row.md has the figures.
 */
function hmacSha256(key: Uint8Array): (input: string) => string {
  const pad = (byte: number) => Uint8Array.from({ length: 64 }, (_, at) => byte ^ (key[at] ?? 0))
  // Memory of its own: Node's small buffers share theirs with whatever else the process sends, and key and token would stay behind in it.
  const outer = Buffer.alloc(96)
  outer.set(pad(0x5c))
  let inner = Buffer.alloc(0)
  return (input) => {
    const mostBytes = 64 + 3 * input.length
    if (inner.length < mostBytes) {
      inner = Buffer.alloc(mostBytes)
      inner.set(pad(0x36))
    }
    const digest = sha256(inner.subarray(0, 64 + inner.write(input, 64)), 'binary')
    outer.write(digest, 64, 'binary')
    return sha256(outer, 'base64url')
  }
}

/** In one call, and without an object, where Node can: from 20.12 on. */
function sha256(bytes: Uint8Array, encoding: 'hex' | 'binary' | 'base64url'): string {
  return crypto.hash ? crypto.hash('sha256', bytes, encoding) : createHash('sha256').update(bytes).digest(encoding)
}
