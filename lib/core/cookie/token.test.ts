import { describe, expect, it } from 'vitest'
import { nodeCryptography } from '../../web/node-crypto.ts'
import { webVerifier } from '../../web/web-crypto.ts'
import { base64url, bytesOf, uuidV7 } from '../data/bytes.ts'
import { openToken, openTokenAsync, type Token, writeToken } from './token.ts'

const secret = 'a secret for tests, 32 characters'
const { randomBytes, sign, tokenHash, verify } = nodeCryptography([secret])
const token: Token = {
  id: uuidV7(1_700_000_000_000, randomBytes(10)),
  tokenSecret: base64url(randomBytes(16)),
  expiresSeconds: 1_900_000_000,
  loggedIn: true,
}
const textOf = (of: Token) => writeToken(of, 'session', sign)

describe('a token', () => {
  it('opening a token returns the values that were written, in at most 200 characters of base64url and dots', () => {
    const text = textOf(token)
    expect(openToken(text, 'session', verify)).toMatchObject(token)
    expect(text.length).toBeLessThanOrEqual(200)
    expect(text).toMatch(/^v1(\.[\w-]+){5}$/)
  })

  it('a token has one encoding: with other unused bits, padding, alphabet, case or whitespace it is malformed', () => {
    const text = textOf(token)
    const [version, id = '', ...rest] = text.split('.')
    const tail = rest.join('.')
    const spare = id.slice(0, -1) + String.fromCharCode(id.charCodeAt(id.length - 1) + 1)
    const variants = [
      `${text}=`,
      ` ${text}`,
      `${text}\n`,
      text.replace('v1', 'V1'),
      text.replace('v1', 'v2'),
      `${text}.`,
      text.slice(0, -1),
    ]
    const respelled = [spare, `${id}==`, id.replace(/.$/, '+'), id.slice(1)].map((other) => `${version}.${other}.${tail}`)
    for (const variant of [...variants, ...respelled, text.replace('.1900000000.', '.01900000000.'), '']) {
      expect(
        openToken(variant, 'session', () => 'current'),
        JSON.stringify(variant),
      ).toBe('malformed')
    }
  })

  it('Node and Web Crypto agree on the MAC of a token, under any of the secrets', async () => {
    const text = textOf(token)
    const newer = 'a newer secret for tests, 32 chars'
    for (const verifier of [(secrets: string[]) => nodeCryptography(secrets).verify, webVerifier]) {
      expect(await openTokenAsync(text, 'session', verifier([newer, secret]))).toMatchObject(token)
      expect(await openTokenAsync(text, 'session', verifier([newer]))).toBe('forged')
      expect(await openTokenAsync(text, 'other', verifier([secret]))).toBe('forged')
    }
  })

  it('a MAC check that is neither "current" nor "old", such as a promise, makes a token forged', () => {
    const verifyLater = (async () => 'current') as unknown as typeof verify
    expect(openToken(textOf(token), 'session', verifyLater)).toBe('forged')
  })

  it('the token hash is half of a SHA-256, so it does not reveal the token secret', () => {
    expect(tokenHash('AAAAAAAAAAAAAAAAAAAAAA')).toBe('374708ff-f771-9dd5-979e-c875d56cd228')
  })
})

describe('ids', () => {
  it('ids are UUIDs of version 7 that sort by time', () => {
    const ids = [1, 2 ** 32, 1_700_000_000_000, 1_700_000_000_001].map((time) => uuidV7(time, randomBytes(10)))
    expect([...ids].sort()).toEqual(ids)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('base64url', () => {
  it('base64url restores all bytes', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    expect([...bytesOf(base64url(bytes))]).toEqual([...bytes])
    expect(base64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
  })
})
