import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import { createSessions, type ServerOptions, type SessionEvent } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { createGuard } from 'coatcheck/middleware'
import { memoryStore, withRequest } from 'coatcheck/testing'
import fc from 'fast-check'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { type NextFetchEvent, NextRequest } from 'next/server.js'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'

const secret = 'a secret for tests, 32 characters'
const make = (more: Partial<ServerOptions> = {}) =>
  createSessions<Record<string, string | number>>({ secret, store: cookieStore(), ...more })

/** Returns a browser that has a session with this data. */
async function browserWith(data: Record<string, string | number>, { getSession } = make()) {
  const browser = new FakeBrowser()
  await browser.visit(async () => (await getSession()).set(data))
  return browser
}

/** Returns a JWE with compressed content. jose makes one only if the runtime has the compression format deflate-raw. */
function deflated(plaintext: Uint8Array, key: Uint8Array): string {
  const [header, iv] = [JSON.stringify({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' }), randomBytes(12)]
  const text = Buffer.from(header).toString('base64url')
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(text))
  const sealed = Buffer.concat([cipher.update(deflateRawSync(plaintext)), cipher.final()])
  return [text, '', ...[iv, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.')
}

const keyOf = (label: string) => new Uint8Array(hkdfSync('sha256', secret, '', label, 32))

describe('the cookies of cookieStore', () => {
  it('a cookie is a JWE with its own derived key and reveals nothing', async () => {
    const { getSession } = make()
    const browser = await browserWith({ name: 'John Doe' }, make())
    const id = await browser.visit(async () => {
      const session = await getSession()
      await session.login('user-4711')
      return String(session.id)
    })
    const [header = '', ...parts] = browser.token.split('.')
    expect(JSON.parse(atob(header))).toEqual({ alg: 'dir', enc: 'A256GCM' })
    const readable = [browser.token, ...parts.map((part) => Buffer.from(part, 'base64url').toString('latin1'))].join('\n')
    for (const hidden of ['John', 'user-4711', id, id.replaceAll('-', '')]) expect(readable).not.toContain(hidden)
    const { plaintext } = await compactDecrypt(browser.token, keyOf('coatcheck cookie v1 A256GCM\nsession'))
    expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual(expect.arrayContaining(['user-4711', { name: 'John Doe' }]))
  })

  it('two cookies of the same session differ', async () => {
    const { getSession } = make()
    const browser = await browserWith({ a: 1 })
    const before = browser.token
    await browser.visit(async () => (await getSession()).set('a', 1))
    expect(browser.token).not.toBe(before)
    expect(browser.token).toHaveLength(before.length)
  })

  it('a cookie with any changed, added or missing character opens no session', async () => {
    const { fromRequest } = make()
    const { token } = await browserWith({ a: 1 })
    const idOf = async (cookie: string) =>
      (await fromRequest(new Request('http://localhost/', { headers: { cookie: `session=${cookie}` } }))).id
    expect(await idOf(token)).not.toBeNull()
    for (let at = 0; at < token.length; at++) {
      for (const other of ['', 'A', 'Q', '_', '.', `${token[at]}A`]) {
        if (other !== token[at]) expect(await idOf(token.slice(0, at) + other + token.slice(at + 1))).toBeNull()
      }
    }
  })

  it('any value that this server did not seal opens no session, causes no error and sets no cookie', async () => {
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

  it('a cookie sealed with the right key but another header opens no session', async () => {
    const { getSession } = make()
    const key = keyOf('coatcheck cookie v1 A256GCM\nsession')
    const { plaintext } = await compactDecrypt((await browserWith({ a: 1 })).token, key)
    const sealed = [
      deflated(plaintext, key),
      await new CompactEncrypt(plaintext).setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM' }).encrypt(key),
      await new CompactEncrypt(plaintext).setProtectedHeader({ enc: 'A256GCM', alg: 'dir' }).encrypt(key),
    ]
    for (const session of sealed) {
      expect(await new FakeBrowser({ session }).visit(async () => (await getSession()).id)).toBeNull()
    }
  })

  it('a cookie is bound to its name, its secret and its purpose', async () => {
    const { token } = await browserWith({ a: 1 })
    const idUnder = (options: Partial<ServerOptions>, name = 'session') =>
      new FakeBrowser({ [name]: token }).visit(async () => (await make(options).getSession()).id)
    expect(await idUnder({})).not.toBeNull()
    expect(await idUnder({ cookie: { name: 'other' } }, 'other')).toBeNull()
    expect(await idUnder({ secret: 'another secret for tests, 32 chars.' })).toBeNull()
    expect(await idUnder({ store: memoryStore() })).toBeNull()
    const withToken = await browserWith({ a: 1 }, make({ store: memoryStore() }))
    expect(await withToken.visit(async () => (await make().getSession()).id)).toBeNull()
  })

  it('two apps with different app options reject each other’s cookies, even with the same secret and cookie name', async () => {
    const { token } = await browserWith({ a: 1 }, make({ app: 'shop' }))
    const idUnder = (app: string | undefined) =>
      new FakeBrowser({ session: token }).visit(async () => (await make({ app }).getSession()).id)
    expect(await Promise.all([idUnder('shop'), idUnder('staff'), idUnder(undefined)])).toEqual([expect.any(String), null, null])
    const guardOf = (app: string | undefined) => createGuard({ secret, app }, { store: cookieStore(), require: 'session' })
    const passes = async (app: string | undefined) => {
      const request = new NextRequest('http://localhost/account', { headers: { cookie: `session=${token}` } })
      return (await guardOf(app)(request, {} as NextFetchEvent)).headers.has('x-middleware-next')
    }
    expect([await passes('shop'), await passes('staff')]).toEqual([true, false])
  })

  it('a cookie survives a rotation of secrets, and the next write seals it with the new secret', async () => {
    const next = 'the new secret for tests, 32 chars'
    const browser = await browserWith({ a: 1 })
    const rotating = make({ secret: [next, secret] })
    expect(await browser.visit(async () => (await rotating.getSession()).get('a'))).toBe(1)
    expect(await browser.visit(async () => (await make({ secret: next }).getSession()).get('a'))).toBeUndefined()
    await browser.visit(async () => (await rotating.getSession()).set('b', 2))
    expect(await browser.visit(async () => (await make({ secret: next }).getSession()).data)).toEqual({ a: 1, b: 2 })
  })

  it('every write sends the cookie, in handlers and actions, with every value of refresh', async () => {
    const { getSession } = make()
    const browser = await browserWith({ n: 0 })
    const sends = async (refresh: 'page' | false | undefined, context: 'handler' | 'action') => {
      const response = await browser.request(
        async () => (await getSession()).set('n', 1, refresh === undefined ? {} : { refresh }),
        { context },
      )
      return response.setCookies.length
    }
    for (const context of ['handler', 'action'] as const) {
      expect([await sends(undefined, context), await sends('page', context), await sends(false, context)]).toEqual([1, 1, 1])
    }
  })

  it('the cookie expires at the same time as the session', async () => {
    const { getSession } = make({ maxAge: '1h' })
    const { setCookies } = await new FakeBrowser().request(async () => (await getSession()).set('a', 1))
    expect(setCookies[0]?.maxAge).toBeGreaterThan(3590)
    expect(setCookies[0]?.maxAge).toBeLessThanOrEqual(3600)
  })

  it('the cookie restores times and the expiry exactly', async () => {
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

  it('printed and serialized sessions and events do not contain the cookie', async () => {
    const events: SessionEvent[] = []
    const { getSession } = make({ onEvent: (event) => void events.push(event) })
    const browser = await browserWith({ a: 1 }, make())
    const printed = await browser.visit(async () => {
      const session = await getSession()
      await session.cycleKey()
      return inspect(session, { depth: 9, showHidden: true }) + JSON.stringify(session) + JSON.stringify(events)
    })
    expect(printed).toContain('cycled')
    expect(printed).not.toContain(browser.token)
    expect(printed).not.toContain('eyJhbGci')
  })
})
