import crypto, { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertyTimeout, runs } from '../../test/property'
import { nodeCryptography } from './node-crypto.ts'

const { hash } = crypto

describe.each([
  ['with crypto.hash of Node 20.12', hash],
  ['without crypto.hash', undefined],
])('the cryptography on Node, %s', (_, oneCall) => {
  const withHash = (check: () => void) => {
    Object.assign(crypto, { hash: oneCall })
    try {
      check()
    } finally {
      Object.assign(crypto, { hash })
    }
  }

  it('a token secret is hashed to the first half of its SHA-256', { timeout: propertyTimeout }, () => {
    const property = fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) =>
      withHash(() => {
        const { tokenHash } = nodeCryptography(['a secret for tests, 32 characters'])
        const digest = createHash('sha256').update(bytes).digest('hex')
        expect(tokenHash(Buffer.from(bytes).toString('base64url')).replaceAll('-', '')).toBe(digest.slice(0, 32))
      }),
    )
    fc.assert(property, runs(300))
  })
})
