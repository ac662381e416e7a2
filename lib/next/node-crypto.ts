import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { bytesOf, macKeyInfo, uuidOf } from '../core/token.ts'
import type { Cryptography } from '../core/visit.ts'

/** The server's cryptography; `web-crypto.ts` is the same format on the edge. */
export function nodeCryptography(secrets: readonly string[]): Cryptography {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', macKeyInfo, 32)))
  const mac = (key: Buffer | undefined, input: string) =>
    createHmac('sha256', key ?? '')
      .update(input)
      .digest()
  return {
    randomBytes: (length) => randomBytes(length),
    tokenHash: (secret) => uuidOf(createHash('sha256').update(bytesOf(secret)).digest().subarray(0, 16)),
    sign: (input) => mac(keys[0], input).toString('base64url'),
    verify: (input, given) => keys.some((key) => timingSafeEqual(mac(key, input), bytesOf(given))),
  }
}
