import { createSessions } from 'coatcheck'
import { createGuard } from 'coatcheck/middleware'
import { memoryStore } from 'coatcheck/testing'
import fc from 'fast-check'
import { type NextFetchEvent, NextRequest } from 'next/server.js'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { propertyTimeout, runs } from '../../../test/property'
import { nodeCryptography } from '../../web/node-crypto.ts'
import { webVerifier } from '../../web/web-crypto.ts'
import { base64url, uuidOf } from '../data/bytes.ts'
import { type MacCheck, openToken, openTokenAsync, type Token, writeToken } from './token.ts'

const secret = 'a secret for tests, 32 characters'
const { sign, verify } = nodeCryptography([secret])
const verifyOnTheEdge = webVerifier([secret])

const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 })
const token: fc.Arbitrary<Token> = fc.record({
  id: bytes16.map(uuidOf),
  tokenSecret: bytes16.map(base64url),
  expiresSeconds: fc.integer({ min: 1, max: 999_999_999_999 }),
  loggedIn: fc.boolean(),
})
const textOf = (of: Token) => writeToken(of, 'session', sign)
const open = (text: string, check: (input: string, mac: string) => MacCheck = verify, name = 'session') =>
  openToken(text, name, check)
const openOnTheEdge = (text: string, check = verifyOnTheEdge) => openTokenAsync(text, 'session', check)

/** A position in a text as a share of its length, so that it shrinks with the text. */
const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const anything = fc.string({ unit: 'binary' })
const alphabet = fc.string({ unit: fc.constantFrom(...'ABQgwaz059-_.+/= \u0000\n;"%v'), minLength: 1, maxLength: 5 })

type Mutation = (text: string) => string
const at = (text: string, share: number) => Math.floor(share * text.length)
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(position, fc.oneof(alphabet, anything)).map<Mutation>(([share, piece]) => (text) => {
    const start = at(text, share)
    return text.slice(0, start) + piece + text.slice(start + piece.length)
  }),
  fc.tuple(position, fc.oneof(alphabet, anything)).map<Mutation>(([share, piece]) => (text) => {
    return text.slice(0, at(text, share)) + piece + text.slice(at(text, share))
  }),
  fc.tuple(position, fc.integer({ min: 1, max: 30 })).map<Mutation>(([share, count]) => (text) => {
    return text.slice(0, at(text, share)) + text.slice(at(text, share) + count)
  }),
  position.map<Mutation>((share) => (text) => text.slice(0, at(text, share))),
  position.map<Mutation>((share) => (text) => text.slice(0, at(text, share)) + flipCase(text.slice(at(text, share)))),
  fc.tuple(position, position).map<Mutation>(
    ([one, other]) =>
      (text) =>
        swapped(text, one, other),
  ),
  fc.tuple(position, fc.integer({ min: 1, max: 15 })).map<Mutation>(
    ([share, bits]) =>
      (text) =>
        withUnusedBits(text, share, bits),
  ),
)

const flipCase = (text: string) => text.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))

function swapped(text: string, one: number, other: number): string {
  const parts = text.split('.')
  const [i, j] = [at(text.replace(/[^.]/g, ''), one), at(text.replace(/[^.]/g, ''), other)]
  return parts.map((part, index) => (index === i ? parts[j] : index === j ? parts[i] : part)).join('.')
}

/** Encodes the same bytes differently: a decoder ignores the unused bits of a part's last character. */
function withUnusedBits(text: string, share: number, bits: number): string {
  const order = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const parts = text.split('.')
  const chosen = at(parts.join(''), share) % parts.length
  const respell = (part: string) => part.slice(0, -1) + (order[order.indexOf(part.slice(-1)) ^ bits] ?? '=')
  return parts.map((part, index) => (index === chosen ? respell(part) : part)).join('.')
}

const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 })
const mutated = (text: string, steps: readonly Mutation[]) => steps.reduce((changed, step) => step(changed), text)

async function accepts(text: string): Promise<readonly [node: boolean, edge: boolean]> {
  return [typeof open(text) === 'object', typeof (await openOnTheEdge(text)) === 'object']
}

describe('any token', () => {
  it('opening any token returns the values that were written, in at most 200 characters', () => {
    fc.assert(
      fc.property(token, (made) => {
        expect(open(textOf(made))).toMatchObject(made)
        expect(textOf(made).length).toBeLessThanOrEqual(200)
      }),
      runs(300),
    )
  })

  it(
    'any token is rejected after any change, by Node and by Web Crypto',
    async () => {
      await fc.assert(
        fc.asyncProperty(token, mutations, async (made, steps) => {
          const text = textOf(made)
          const changed = mutated(text, steps)
          expect(await accepts(changed)).toEqual([changed === text, changed === text])
        }),
        runs(1000),
      )
    },
    propertyTimeout,
  )

  it(
    'any token is rejected under another secret or cookie name',
    async () => {
      const other = fc.string({ minLength: 32 }).filter((text) => text !== secret)
      await fc.assert(
        fc.asyncProperty(token, other, async (made, otherSecret) => {
          expect(open(textOf(made), nodeCryptography([otherSecret]).verify)).toBe('forged')
          expect(await openOnTheEdge(textOf(made), webVerifier([otherSecret]))).toBe('forged')
          expect(open(textOf(made), verify, '__Host-session')).toBe('forged')
        }),
        runs(100),
      )
    },
    propertyTimeout,
  )
})

describe('any other text', () => {
  it(
    'any other text is rejected without an error, or is exactly the encoding of its parts',
    () => {
      const nearly = token.chain((made) => mutations.map((steps) => mutated(textOf(made), steps)))
      const bytes = fc.uint8Array({ maxLength: 300 }).map((of) => Buffer.from(of).toString('latin1'))
      fc.assert(
        fc.property(fc.oneof(anything, bytes, nearly, fc.string({ maxLength: 20_000 })), (text) => {
          let mac = ''
          const opened = open(text, (_, given) => {
            mac = given
            return 'current'
          })
          if (typeof opened === 'object') expect(writeToken(opened, 'session', () => mac)).toBe(text)
        }),
        runs(1000),
      )
    },
    propertyTimeout,
  )
})

describe('guard and server', () => {
  const options = { secret }
  const sessions = createSessions<{ a: number }>({ ...options, store: memoryStore() })
  const guard = createGuard(options, { require: 'session' })
  const verdicts = async (cookie: string) => {
    const request = new NextRequest('http://localhost/account', { headers: { cookie } })
    const passed = (await guard(request, {} as NextFetchEvent)).headers.has('x-middleware-next')
    return { guard: passed, server: (await sessions.fromRequest(request)).id !== null }
  }

  it(
    'guard and server agree on every cookie header and accept only the token that was issued',
    async () => {
      const browser = new FakeBrowser()
      await browser.visit(async () => (await sessions.getSession()).login('1'))
      const text = browser.token
      expect(await verdicts(`session=${text}`)).toEqual({ guard: true, server: true })
      const changed = mutations.map((steps) => encodeURIComponent(mutated(text, steps).toWellFormed()))
      const raw = fc.string({ unit: fc.constantFrom(...' !"%&;=,\\\u00e9.v1A', 'session=', text, text.slice(5)) })
      const header = fc.oneof(
        changed.map((value) => `session=${value}`),
        fc
          .array(fc.oneof(changed, fc.constant(text)), { maxLength: 3 })
          .map((all) => all.map((value) => `session=${value}`).join('; ')),
        raw,
      )
      await fc.assert(
        fc.asyncProperty(header, async (cookie) => {
          const { guard, server } = await verdicts(cookie)
          expect(guard).toBe(server)
          if (guard) expect(cookie).toContain(text)
        }),
        runs(500),
      )
    },
    propertyTimeout,
  )
})
