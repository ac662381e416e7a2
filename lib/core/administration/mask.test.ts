import { describe, expect, it } from 'vitest'
import { looksRandom, looksSecret, maskSecrets } from './mask.ts'

const mask = '(hidden)'

describe('the masking of secrets', () => {
  it.each([
    'password',
    'PASSWORD_HASH',
    'user-passwd',
    'accessToken',
    'refreshtoken',
    'client_secret',
    'apiKey',
    'api_key',
    'key',
    'Authorization',
    'auth',
    'setCookie',
    'cardNumber',
    'credit-card',
    'cvv2',
    'pin',
    'otp',
    'jwt',
    'iban',
    'apikey',
    'APIToken',
    'accesstoken',
    'userpassword',
    'pass',
    'PINCode',
    'mfa',
    'bearer',
    'creditCard',
    'passcode',
    'passphrase',
    'signature',
    'private',
    'csrf',
    'ssn',
  ])('the key %s looks like the key of a secret', (key) => {
    expect(looksSecret(key)).toBe(true)
  })

  it.each(['name', 'monkey', 'keyboard', 'author', 'authored', 'discard', 'cardinal', 'pinned', 'compass', 'cart', 'user', ''])(
    'the key %j does not look like the key of a secret',
    (key) => {
      expect(looksSecret(key)).toBe(false)
    },
  )

  it.each([
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLW9mLXRoaXM',
    'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLW9mLXRoaXM',
    'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
    'b0a1'.repeat(16),
  ])('the value %j looks random', (text) => {
    expect(looksRandom(text)).toBe(true)
  })

  it.each([
    '0b5f3c1e-2f5e-4c3a-9d0e-1f2a3b4c5d6e',
    '2026-11-22T05:51:53.000+00:00',
    'A sentence of 6 words, a long one.',
    'blue-42',
    '',
  ])('the value %j does not look random', (text) => {
    expect(looksRandom(text)).toBe(false)
  })

  it('maskSecrets replaces whole values at any depth, counts them and does not change its argument', () => {
    const data = {
      name: 'Ada',
      login: { token: { a: 'hunter2' }, seen: [{ password: 'hunter2', at: 1 }, 'b0a1'.repeat(16)] },
      none: null,
    }
    const before = structuredClone(data)
    expect(maskSecrets(data, mask)).toEqual({
      data: { name: 'Ada', login: { token: mask, seen: [{ password: mask, at: 1 }, mask] }, none: null },
      masked: 3,
    })
    expect(data).toEqual(before)
  })
})
