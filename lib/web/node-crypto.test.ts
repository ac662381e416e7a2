import crypto, { createHash, createHmac, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertyTimeout, runs } from '../../test/property'
import { macKeyInfo } from '../core/cookie/token.ts'
import { nodeCryptography } from './node-crypto.ts'

const { hash } = crypto
const text = fc.string({ unit: 'binary' })

describe.each([
  ['with the one-call hash of Node 20.12', hash],
  ['without it', undefined],
])('the cryptography of a server, %s,', (_, oneCall) => {
  const withHash = (check: () => void) => {
    Object.assign(crypto, { hash: oneCall })
    try {
      check()
    } finally {
      Object.assign(crypto, { hash })
    }
  }

  it('signs as Node’s own HMAC-SHA-256 does, under any secret and for any input', { timeout: propertyTimeout }, () => {
    const rule = fc.property(fc.string({ minLength: 32 }), text, (secret, input) =>
      withHash(() => {
        const key = Buffer.from(hkdfSync('sha256', secret, '', macKeyInfo, 32))
        const mac = createHmac('sha256', key).update(input).digest('base64url')
        const { sign, verify } = nodeCryptography([secret])
        expect(sign(input)).toBe(mac)
        expect(verify(input, mac)).toBe(true)
      }),
    )
    fc.assert(rule, runs(300))
  })

  it('hashes a secret to the first half of its SHA-256', { timeout: propertyTimeout }, () => {
    const rule = fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) =>
      withHash(() => {
        const { tokenHash } = nodeCryptography(['a secret for tests, 32 characters'])
        const digest = createHash('sha256').update(bytes).digest('hex')
        expect(tokenHash(Buffer.from(bytes).toString('base64url')).replaceAll('-', '')).toBe(digest.slice(0, 32))
      }),
    )
    fc.assert(rule, runs(300))
  })
})
