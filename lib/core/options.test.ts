import { createSessions, type ServerOptions, type SessionError } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { memoryStore } from 'coatcheck/testing'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { resolveOptions } from './options.ts'

const secret = 'a secret for tests, 32 characters'
/** Returns the code and the message with which the first request rejects under these options, or null. */
const failureOf = async (options: Partial<ServerOptions>) => {
  const { getSession } = createSessions({ secret, store: memoryStore(), ...options } as ServerOptions)
  const error = await new FakeBrowser().visit(getSession).then(
    () => null,
    (failure: SessionError) => failure,
  )
  return error && [error.code, error.message]
}

describe('options', () => {
  it('options are not checked before the first request', () => {
    expect(() => createSessions({ secret: undefined, store: undefined as never, maxAge: 'soon' as '1d' })).not.toThrow()
  })

  it.each<[Partial<ServerOptions>, RegExp]>([
    [{ secret: undefined }, /secret is missing; set SESSION_SECRET.*npx coatcheck secret/],
    [{ secret: [] }, /secret is missing/],
    [{ secret: 'short' }, /secret 1 has 5 characters; use at least 32/],
    [{ secret: [secret, 'short'] }, /secret 2 has 5 characters/],
    [{ secret: 'ab'.repeat(20) }, /secret 1 has only 2 different characters; use at least 10.*npx coatcheck secret/],
    [{ secret: [secret, '123456789'.repeat(4)] }, /secret 2 has only 9 different characters/],
    [{ anonymousMaxAge: 'soon' as '1d' }, /anonymousMaxAge is soon/],
    [{ anonymousMaxAge: 0 }, /anonymousMaxAge is 0/],
    [{ app: '' }, /app is ""; use a name/],
    [{ trustedOrigins: ['shop.example'] }, /trustedOrigins has "shop.example"; use origins such as 'https:\/\/shop.example'/],
    [{ trustedOrigins: ['https://shop.example/'] }, /trustedOrigins has "https:\/\/shop.example\/"/],
    [{ trustedOrigins: ['https://*.shop.example'] }, /trustedOrigins has "https:\/\/\*.shop.example"/],
    [{ trustedOrigins: ['null'] }, /trustedOrigins has "null"/],
    [{ trustedOrigins: ['file:///tmp'] }, /trustedOrigins has "file/],
    [{ store: undefined as never }, /store is missing/],
    [{ maxAge: 'soon' as '1d' }, /maxAge is soon/],
    [{ maxAge: 0 }, /maxAge is 0/],
    [{ maxAge: -5 }, /maxAge is -5/],
    [{ absoluteMaxAge: Number.NaN }, /absoluteMaxAge is NaN/],
    [{ touchInterval: '5 minutes' as '5m' }, /touchInterval is 5 minutes/],
    [{ timeout: 0 }, /timeout is 0/],
    [{ maxBytes: 1.5 }, /maxBytes is 1.5/],
    [{ maxBytes: 2 ** 30 }, /maxBytes is 1073741824; use a whole number of bytes, at most/],
    [{ timeout: '30d' }, /timeout is 30d; use at most one day/],
    [{ trustedProxies: -1 }, /trustedProxies is -1/],
    [{ maxPerUser: 0 }, /maxPerUser is 0; use a whole number of sessions, at least 1/],
    [{ maxPerUser: 2.5 }, /maxPerUser is 2.5/],
    [{ maxPerUser: Number.NaN }, /maxPerUser is NaN/],
    [{ signIn: '//evil.example' }, /signIn is/],
    [{ cookie: { sameSite: 'none' } }, /sameSite is 'none' without secure/],
    [{ cookie: { partitioned: true } }, /partitioned is set without secure/],
    [{ cookie: { name: 'a b' } }, /cookie.name is "a b"/],
    [{ cookie: { path: 'x' } }, /cookie.path is "x"/],
    [{ cookie: { name: '__Secure-sid' } }, /cookie.name is "__Secure-sid" without secure, which browsers refuse/],
    [
      { cookie: { name: '__Host-sid', secure: true, path: '/app' } },
      /cookie.name is "__Host-sid" with a domain or path, which browsers refuse/,
    ],
    [{ cookie: { name: '__host-sid', secure: true, domain: 'a.example' } }, /cookie.name is "__host-sid" with a domain or path/],
  ])('the options %j are rejected with CONFIG_INVALID, and the message has value and remedy', async (options, message) => {
    expect(await failureOf(options)).toEqual(['CONFIG_INVALID', expect.stringMatching(message)])
  })

  it('maxPerUser with a cookie store is rejected with CONFIG_INVALID, and the message names a store that supports it', async () => {
    const message = /maxPerUser needs a store.*Use drizzleStore/
    expect(await failureOf({ store: cookieStore(), maxPerUser: 3 })).toEqual(['CONFIG_INVALID', expect.stringMatching(message)])
  })

  it('the error about a short secret does not contain the secret', async () => {
    expect(String(await failureOf({ secret: 'hunter2' }))).not.toContain('hunter2')
  })

  it('an option that is undefined has its default', async () => {
    expect(await failureOf({ absoluteMaxAge: undefined, schema: undefined, maxPerUser: undefined, onEvent: undefined })).toBeNull()
  })
})

describe('the cookie', () => {
  const named = (cookie: ServerOptions['cookie'], production = true) => {
    const { name, secure, sameSite, httpOnly } = resolveOptions({ secret, ...(cookie && { cookie }) }, production).cookie
    return [name, secure, sameSite, httpOnly]
  }

  it('the cookie is Secure, HttpOnly, Lax and bound to the host in production, and works over plain http otherwise', () => {
    expect(named(undefined)).toEqual(['__Host-session', true, 'lax', true])
    expect(named(undefined, false)).toEqual(['session', false, 'lax', true])
  })

  it('the cookie name has the __Secure- prefix in production where a domain or a path makes __Host- impossible', () => {
    expect(named({ domain: 'example.org' })[0]).toBe('__Secure-session')
    expect(named({ path: '/app' })[0]).toBe('__Secure-session')
    expect(named({ name: '__Secure-mine' })[0]).toBe('__Secure-mine')
    expect(named({ path: '/app' }, false)[0]).toBe('session')
    expect(named({ path: '/app', secure: true }, false)[0]).toBe('__Secure-session')
  })
})

describe('two instances in one app', () => {
  it('two instances with different cookie names have separate sessions', async () => {
    const store = memoryStore()
    const [one, two] = ['one', 'two'].map((name) => createSessions<{ a: string }>({ secret, store, cookie: { name } }))
    const browser = new FakeBrowser()
    await browser.visit(async () => {
      await (await one?.getSession())?.set('a', '1')
      await (await two?.getSession())?.set('a', '2')
    })
    expect(Object.keys(browser.cookies)).toEqual(['one', 'two'])
    expect(await browser.visit(async () => [(await one?.getSession())?.get('a'), (await two?.getSession())?.get('a')])).toEqual([
      '1',
      '2',
    ])
  })

  it('two instances with the same cookie name share the session if their options are equal, and otherwise reject with CONFIG_INVALID', async () => {
    const store = memoryStore()
    const sessions = (maxAge: number) => createSessions({ secret, store, maxAge })
    const both = (a: number, b: number) =>
      new FakeBrowser().visit(async () => (await sessions(a).getSession()) === (await sessions(b).getSession()))
    expect(await both(10, 10)).toBe(true)
    await expect(both(10, 20)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
