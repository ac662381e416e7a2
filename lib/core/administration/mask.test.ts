import { describe, expect, it } from 'vitest'
import { looksRandom, looksSecret, maskSecrets } from './mask.ts'

const mask = '(hidden)'

describe('masking secrets', () => {
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
    'sessionid',
    'session_id',
    'SessionId',
    'sessionKey',
    'PHPSESSID',
    'JSESSIONID',
    'sid',
    'connect.sid',
    'dsn',
    'SENTRY_DSN',
    'connectionString',
  ])('the key %s looks like the key of a secret', (key) => {
    expect(looksSecret(key)).toBe(true)
  })

  it.each([
    'name',
    'monkey',
    'keyboard',
    'author',
    'authored',
    'discard',
    'cardinal',
    'pinned',
    'compass',
    'cart',
    'user',
    'session',
    'inside',
    'residence',
    'dsnx',
    '',
  ])('the key %j does not look like the key of a secret', (key) => {
    expect(looksSecret(key)).toBe(false)
  })

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

  it('secrets that are used as keys are masked, and each value stays under its own masked key', () => {
    const [one, two] = ['sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'b0a1'.repeat(16)]
    const id = '0b5f3c1e-2f5e-4c3a-9d0e-1f2a3b4c5d6e'
    expect(maskSecrets({ tokensSeen: 1, seen: { [one]: 1, [two]: { [one]: 2 }, [id]: 3 } }, mask)).toEqual({
      data: { tokensSeen: mask, seen: { [mask]: 1, [`${mask} 2`]: { [mask]: 2 }, [id]: 3 } },
      masked: 4,
    })
  })

  it.each([
    ['{"user":"ada","password":"hunter2"}', '{"user":"ada","password":"(hidden)"}', 1],
    ['[{"sid":7},"{\\"token\\":\\"hunter2\\"}"]', '[{"sid":"(hidden)"},"{\\"token\\":\\"(hidden)\\"}"]', 2],
    ['Got {"token": "hunter2 \\" x", "n": 1} from ada', 'Got {"token": "(hidden)", "n": 1} from ada', 1],
    ['{"password":"hunter2", broken', '{"password":"(hidden)", broken', 1],
    ['theme=dark; sessionid=hunter2; a=b', 'theme=dark; sessionid=(hidden); a=b', 1],
    ['https://api.example/?q=1&access_token=hunter2#x', 'https://api.example/?q=1&access_token=(hidden)#x', 1],
    ['postgresql://ada:hunter2@db.example/shop', 'postgresql://ada:(hidden)@db.example/shop', 1],
    ['{"user":"ada"}', '{"user":"ada"}', 0],
    ['{ "spaced" : [1, 2] }', '{ "spaced" : [1, 2] }', 0],
    ['a=b and "c": 1', 'a=b and "c": 1', 0],
  ])('the text %j is shown as %j', (text, shown, masked) => {
    expect(maskSecrets({ text }, mask)).toEqual({ data: { text: shown }, masked })
  })

  it('a JSON text that is too deep to search is masked as a whole, and a key __proto__ stays a key', () => {
    expect(maskSecrets({ deep: '['.repeat(30_000) + ']'.repeat(30_000) }, mask).data).toEqual({ deep: mask })
    expect(maskSecrets({ text: '{"__proto__":{"sid":1}}' }, mask).data).toEqual({ text: '{"__proto__":{"sid":"(hidden)"}}' })
  })

  it('the time to search a text grows linearly with its length', () => {
    const start = performance.now()
    for (const part of ['a', '"a', '"a":', '//a:', 'a=', '{"', ' ']) maskSecrets({ text: part.repeat(65_536 / part.length) }, mask)
    expect(performance.now() - start).toBeLessThan(2000)
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
