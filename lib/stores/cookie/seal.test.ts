import { hkdfSync } from 'node:crypto'
import { inspect } from 'node:util'
import { createSessions, type ServerOptions, type SessionEvent } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { memoryStore, withRequest } from 'coatcheck/testing'
import fc from 'fast-check'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'

const secret = 'a secret for tests, 32 characters'
const make = (more: Partial<ServerOptions> = {}) =>
  createSessions<Record<string, string | number>>({ secret, store: cookieStore(), ...more })

/** A browser with a session of `data`. */
async function begun(data: Record<string, string | number>, { getSession } = make()) {
  const browser = new FakeBrowser()
  await browser.visit(async () => (await getSession()).set(data))
  return browser
}

const keyOf = (label: string) => new Uint8Array(hkdfSync('sha256', secret, '', label, 32))

describe('the cookie', () => {
  it('is a JWE under a key derived for it alone, and shows nothing', async () => {
    const { getSession } = make()
    const browser = await begun({ name: 'John Doe' }, make())
    const id = await browser.visit(async () => {
      const session = await getSession()
      await session.login('user-4711')
      return String(session.id)
    })
    const [header = '', ...parts] = browser.token.split('.')
    expect(JSON.parse(atob(header))).toEqual({ alg: 'dir', enc: 'A256GCM' })
    const seen = [browser.token, ...parts.map((part) => Buffer.from(part, 'base64url').toString('latin1'))].join('\n')
    for (const hidden of ['John', 'user-4711', id, id.replaceAll('-', '')]) expect(seen).not.toContain(hidden)
    const { plaintext } = await compactDecrypt(browser.token, keyOf('coatcheck cookie v1 A256GCM\nsession'))
    expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual(expect.arrayContaining(['user-4711', { name: 'John Doe' }]))
  })

  it('of the same session is never the same twice', async () => {
    const { getSession } = make()
    const browser = await begun({ a: 1 })
    const before = browser.token
    await browser.visit(async () => (await getSession()).set('a', 1))
    expect(browser.token).not.toBe(before)
    expect(browser.token).toHaveLength(before.length)
  })

  it('of which any character was changed, added or left out is worth nothing', async () => {
    const { fromRequest } = make()
    const { token } = await begun({ a: 1 })
    const idOf = async (cookie: string) =>
      (await fromRequest(new Request('http://localhost/', { headers: { cookie: `session=${cookie}` } }))).id
    expect(await idOf(token)).not.toBeNull()
    for (let at = 0; at < token.length; at++) {
      for (const other of ['', 'A', 'Q', '_', '.', `${token[at]}A`]) {
        if (other !== token[at]) expect(await idOf(token.slice(0, at) + other + token.slice(at + 1))).toBeNull()
      }
    }
  })

  it('that this server did not seal is an anonymous visitor, whatever it is: no error, no cookie', async () => {
    const events: SessionEvent[] = []
    const { getSession } = make({ onEvent: (event) => void events.push(event) })
    const shaped = fc.array(fc.base64String({ maxLength: 40 }), { minLength: 5, maxLength: 5 }).map((parts) => parts.join('.'))
    const headed = fc
      .base64String()
      .map((rest) => `eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..${'A'.repeat(16)}.${rest}.${'A'.repeat(22)}`)
    const values = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), shaped, headed)
    await fc.assert(
      fc.asyncProperty(values, async (session) => {
        const { value, setCookies } = await withRequest({ cookies: { session } }, async () => (await getSession()).id)
        expect([value, setCookies]).toEqual([null, []])
      }),
    )
    const reasons = events.map((event) => event.type === 'rejected' && event.reason)
    expect(new Set(reasons)).toEqual(new Set(['malformed', 'forged']))
  })

  it('sealed under the right key in another way is worth nothing', async () => {
    const { getSession } = make()
    const key = keyOf('coatcheck cookie v1 A256GCM\nsession')
    const { plaintext } = await compactDecrypt((await begun({ a: 1 })).token, key)
    const headers = [
      { alg: 'dir', enc: 'A256GCM', zip: 'DEF' },
      { alg: 'A256KW', enc: 'A256GCM' },
      { enc: 'A256GCM', alg: 'dir' },
    ] as const
    for (const header of headers) {
      const session = await new CompactEncrypt(plaintext).setProtectedHeader(header).encrypt(key)
      expect(await new FakeBrowser({ session }).visit(async () => (await getSession()).id)).toBeNull()
    }
  })

  it('is bound to its name, its secret and its purpose', async () => {
    const { token } = await begun({ a: 1 })
    const idUnder = (options: Partial<ServerOptions>, name = 'session') =>
      new FakeBrowser({ [name]: token }).visit(async () => (await make(options).getSession()).id)
    expect(await idUnder({})).not.toBeNull()
    expect(await idUnder({ cookie: { name: 'other' } }, 'other')).toBeNull()
    expect(await idUnder({ secret: 'another secret for tests, 32 chars.' })).toBeNull()
    expect(await idUnder({ store: memoryStore() })).toBeNull()
    const ticket = await begun({ a: 1 }, make({ store: memoryStore() }))
    expect(await ticket.visit(async () => (await make().getSession()).id)).toBeNull()
  })

  it('survives a rotation of secrets, and is sealed under the new one at the next write', async () => {
    const next = 'the new secret for tests, 32 chars'
    const browser = await begun({ a: 1 })
    const rotating = make({ secret: [next, secret] })
    expect(await browser.visit(async () => (await rotating.getSession()).get('a'))).toBe(1)
    expect(await browser.visit(async () => (await make({ secret: next }).getSession()).get('a'))).toBeUndefined()
    await browser.visit(async () => (await rotating.getSession()).set('b', 2))
    expect(await browser.visit(async () => (await make({ secret: next }).getSession()).data)).toEqual({ a: 1, b: 2 })
  })

  it('goes out with every write, in handlers and actions, whatever refresh says', async () => {
    const { getSession } = make()
    const browser = await begun({ n: 0 })
    const sends = async (refresh: 'page' | false | undefined, place: 'handler' | 'action') => {
      const response = await browser.request(
        async () => (await getSession()).set('n', 1, refresh === undefined ? {} : { refresh }),
        { context: place },
      )
      return response.setCookies.length
    }
    for (const place of ['handler', 'action'] as const) {
      expect([await sends(undefined, place), await sends('page', place), await sends(false, place)]).toEqual([1, 1, 1])
    }
  })

  it('goes when the session ends', async () => {
    const { getSession } = make({ maxAge: '1h' })
    const { setCookies } = await new FakeBrowser().request(async () => (await getSession()).set('a', 1))
    expect(setCookies[0]?.maxAge).toBeGreaterThan(3590)
    expect(setCookies[0]?.maxAge).toBeLessThanOrEqual(3600)
  })

  it('brings back times and expiry exactly', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    const read = async () => {
      const { createdAt, authenticatedAt, expiryDate, expiresAtBrowserClose } = await getSession()
      return [createdAt, authenticatedAt, expiryDate, expiresAtBrowserClose]
    }
    for (const expiry of [null, '2h', 0, new Date(Date.now() + 1_234_567)] as const) {
      const before = await browser.visit(async () => {
        await (await getSession()).login('u', { expiry })
        return read()
      })
      expect(await browser.visit(read)).toEqual(before)
    }
  })

  it('is not shown by a session that is printed or serialized, nor by events', async () => {
    const events: SessionEvent[] = []
    const { getSession } = make({ onEvent: (event) => void events.push(event) })
    const browser = await begun({ a: 1 }, make())
    const shown = await browser.visit(async () => {
      const session = await getSession()
      await session.cycleKey()
      return inspect(session, { depth: 9, showHidden: true }) + JSON.stringify(session) + JSON.stringify(events)
    })
    expect(shown).toContain('cycled')
    expect(shown).not.toContain(browser.token)
    expect(shown).not.toContain('eyJhbGci')
  })
})
