import crypto, { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertyTimeout, runs } from '../../test/property'
import { nodeCryptography } from './node-crypto.ts'

const { hash } = crypto

describe.each([
  ['with the one-call hash of Node 20.12', hash],
  ['without it', undefined],
])('the server’s cryptography, %s,', (_, oneCall) => {
  const withHash = (check: () => void) => {
    Object.assign(crypto, { hash: oneCall })
    try {
      check()
    } finally {
      Object.assign(crypto, { hash })
    }
  }

  it('hashes a token secret to the first half of its SHA-256', { timeout: propertyTimeout }, () => {
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
