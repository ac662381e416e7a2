import crypto, { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { authKeyInfo, macKeyInfo } from '../core/cookie/keys.ts'
import type { Cryptography } from '../core/cookie/token-carrier.ts'
import { bytesOf, uuidOfHex } from '../core/data/bytes.ts'

/** Creates the server's cryptography. `web-crypto.ts` implements the same format for the edge. */
export function nodeCryptography(secrets: readonly string[]): Cryptography {
  const authKeys = keysFor(secrets, authKeyInfo)
  return {
    randomBytes: (length) => randomBytes(length),
    tokenHash: (tokenSecret) => uuidOfHex(sha256(bytesOf(tokenSecret))),
    authHashes: (credentials) => authKeys.map((key) => uuidOfHex(mac(key, credentials).digest('hex'))),
    ...nodeMacs(secrets, macKeyInfo),
  }
}

/** Signs with the key that is derived from the first secret for this purpose, and checks with the keys of all secrets. */
export function nodeMacs(secrets: readonly string[], info: string): Pick<Cryptography, 'sign' | 'verify'> {
  const keys = keysFor(secrets, info)
  const [first = Buffer.of()] = keys
  return {
    sign: (input) => mac(first, input).digest('base64url'),
    verify: (input, given) => {
      const index = keys.findIndex((key) => timingSafeEqual(mac(key, input).digest(), bytesOf(given)))
      return index < 0 ? false : index === 0 ? 'current' : 'old'
    },
  }
}

function keysFor(secrets: readonly string[], info: string): readonly Buffer[] {
  return secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', info, 32)))
}

function mac(key: Buffer, input: string) {
  return createHmac('sha256', key).update(input)
}

/** Uses `crypto.hash` where Node has it (since 20.12), because it creates no hash object. */
function sha256(bytes: Uint8Array): string {
  return crypto.hash ? crypto.hash('sha256', bytes, 'hex') : createHash('sha256').update(bytes).digest('hex')
}
