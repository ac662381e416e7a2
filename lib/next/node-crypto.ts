import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { macKeyInfo, uuidOfHex } from '../core/token.ts'
import type { Cryptography } from '../core/visit.ts'

/**
 * The server's cryptography; `web-crypto.ts` is the same format on the edge. Digests are taken as text, since each as bytes would cost
 * an allocation outside of the heap; a token has one spelling only, so its MAC may be compared as text, too.
 */
export function nodeCryptography(secrets: readonly string[]): Cryptography {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', macKeyInfo, 32)))
  const mac = (key: Buffer, input: string) => createHmac('sha256', key).update(input).digest('base64url')
  const [signingKey = Buffer.of()] = keys
  return {
    randomBytes: (length) => randomBytes(length),
    tokenHash: (secret) => uuidOfHex(createHash('sha256').update(secret, 'base64url').digest('hex')),
    sign: (input) => mac(signingKey, input),
    verify: (input, given) => keys.some((key) => timingSafeEqual(Buffer.from(mac(key, input)), Buffer.from(given))),
  }
}
