import type { SessionOptions } from 'coatcheck'
import { createSessions } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { createGuard, type GuardOptions } from 'coatcheck/middleware'
import { memoryStore } from 'coatcheck/testing'
import { type NextFetchEvent, NextRequest, NextResponse } from 'next/server.js'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'

const options: SessionOptions = { secret: 'a secret for tests, 32 characters' }
const { getSession } = createSessions<{ a: number }>({ ...options, store: memoryStore() })

async function tokenOf(kind: 'anonymous' | 'user'): Promise<string> {
  const browser = new FakeBrowser()
  await browser.visit(async () => {
    const session = await getSession()
    await (kind === 'user' ? session.login('1') : session.set('a', 1))
  })
  return browser.token
}

async function guarded(
  path: string,
  more: GuardOptions & { token?: string; method?: string; shared?: Partial<SessionOptions> } = {},
) {
  const { token, method = 'GET', shared, ...guardOptions } = more
  const request = new NextRequest(`http://localhost${path}`, { method, headers: token ? { cookie: `session=${token}` } : {} })
  const response = await createGuard({ ...options, ...shared }, guardOptions)(request, {} as NextFetchEvent)
  const location = response.headers.get('location')
  return {
    response,
    to: location && new URL(location).pathname + new URL(location).search,
    passed: response.headers.has('x-middleware-next'),
  }
}

describe('the guard', () => {
  it('the guard redirects a visitor without a token to signIn, with status 307 and the path as next', async () => {
    const { response, to } = await guarded('/account/keys?a=1&b=2')
    expect([response.status, to]).toEqual([307, '/login?next=%2Faccount%2Fkeys%3Fa%3D1%26b%3D2'])
  })

  it("the guard lets a logged-in token pass, and an anonymous token only with require: 'session'", async () => {
    expect((await guarded('/account', { token: await tokenOf('user') })).passed).toBe(true)
    const anonymous = await tokenOf('anonymous')
    expect((await guarded('/account', { token: anonymous })).passed).toBe(false)
    expect((await guarded('/account', { token: anonymous, require: 'session' })).passed).toBe(true)
  })

  it('the guard redirects a forged token and a token of another secret or cookie name', async () => {
    const token = await tokenOf('user')
    const forged = token.slice(0, -3) + (token.endsWith('AAA') ? 'BBQ' : 'AAA')
    for (const worthless of [forged, 'junk', `${token}x`])
      expect((await guarded('/account', { token: worthless })).passed).toBe(false)
    expect((await guarded('/account', { token, shared: { secret: 'another secret for tests, 32 chars.' } })).passed).toBe(false)
    expect((await guarded('/account', { token, shared: { cookie: { name: 'other' } } })).passed).toBe(false)
  })

  it('the guard accepts a token for a day after its expiry, so a clock that is an hour fast turns no visitor away', async () => {
    const browser = new FakeBrowser()
    const { getSession: short } = createSessions<{ a: number }>({ ...options, store: memoryStore(), absoluteMaxAge: 1000 })
    await browser.visit(async () => (await short()).login('1'))
    const { now } = Date
    const after = async (seconds: number) => {
      Date.now = () => now() + seconds * 1000
      try {
        return (await guarded('/account', { token: browser.token })).passed
      } finally {
        Date.now = now
      }
    }
    expect([await after(1000 + 3600), await after(1000 + 86_400 + 60)]).toEqual([true, false])
  })

  it('the guard redirects only GET and HEAD, because an action checks for itself and fails if it is redirected', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await guarded('/account', { method })).passed).toBe(true)
    expect((await guarded('/account', { method: 'HEAD' })).passed).toBe(false)
  })

  it('protect guards whole path segments in any spelling, but never signIn', async () => {
    const protect = ['/account', '/admin']
    const passes = async (path: string) => (await guarded(path, { protect })).passed
    expect(await Promise.all(['/account', '/account/x', '/%61ccount', '/admin/'].map(passes))).toEqual([false, false, false, false])
    expect(await Promise.all(['/', '/accounting', '/x/account', '/login'].map(passes))).toEqual([true, true, true, true])
    expect((await guarded('/login')).passed).toBe(true)
    expect((await guarded('/auth/in', { shared: { signIn: '/auth/in?a=b' } })).passed).toBe(true)
    expect((await guarded('/x', { shared: { signIn: '/auth/in?a=b' } })).to).toBe('/auth/in?a=b&next=%2Fx')
  })

  it('protect accepts a path with a trailing slash and rejects a path without a leading slash', async () => {
    expect((await guarded('/account/x', { protect: ['/account/'] })).passed).toBe(false)
    await expect(guarded('/account', { protect: ['account'] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('signIn is never redirected to itself, also with a trailing slash or a fragment', async () => {
    expect((await guarded('/login/')).passed).toBe(true)
    expect((await guarded('/x', { shared: { signIn: '/login#form' } })).to).toBe('/login?next=%2Fx')
    expect((await guarded('/login', { shared: { signIn: '/login/#form' } })).passed).toBe(true)
  })

  it('signIn and protect may contain letters of any alphabet, percent-encoded or not', async () => {
    for (const signIn of ['/로그인', encodeURI('/로그인')]) {
      expect((await guarded(encodeURI('/로그인'), { shared: { signIn } })).passed).toBe(true)
      expect((await guarded('/x', { shared: { signIn } })).to).toBe(`${encodeURI('/로그인')}?next=%2Fx`)
    }
    for (const root of ['/konto-ü', encodeURI('/konto-ü')])
      expect((await guarded(encodeURI('/konto-ü/x'), { protect: [root] })).passed).toBe(false)
  })

  it('every response is private, including a redirect and a response of the app’s middleware', async () => {
    const next = () => Response.redirect('http://localhost/elsewhere')
    const responses = [
      await guarded('/account'),
      await guarded('/account', { method: 'POST' }),
      await guarded('/account', { method: 'POST', next }),
    ]
    for (const { response } of responses) {
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(response.headers.get('vary')).toContain('Cookie')
    }
  })

  it('the app’s middleware runs only for requests that pass the guard', async () => {
    const next = () => NextResponse.json({ mine: true })
    expect((await guarded('/account', { next })).response.status).toBe(307)
    const { response } = await guarded('/account', { next, token: await tokenOf('user') })
    expect(await response.json()).toEqual({ mine: true })
    expect((await guarded('/account', { next: () => undefined, token: await tokenOf('user') })).passed).toBe(true)
  })

  it('the guard rejects with CONFIG_INVALID if no secret is set', async () => {
    await expect(guarded('/account', { shared: { secret: undefined } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('the guard with the cookie store', () => {
  let now = Date.now()
  const store = cookieStore({ now: () => now })
  const { getSession: inCookie } = createSessions<{ role: string }>({ ...options, maxAge: 1000, store })

  async function tokenOf(login: boolean) {
    const browser = new FakeBrowser()
    await browser.visit(async () => {
      const session = await inCookie()
      await session.set('role', 'editor')
      await session.setTestCookie()
      if (login) await session.login('7')
    })
    return browser.token
  }

  it("the guard lets only a live session pass, and an anonymous one only with require: 'session'", async () => {
    const [user, anonymous] = [await tokenOf(true), await tokenOf(false)]
    const passes = async (token: string, more: GuardOptions = {}) => (await guarded('/account', { token, store, ...more })).passed
    expect([await passes(user), await passes(anonymous), await passes('junk')]).toEqual([true, false, false])
    expect(await passes(anonymous, { require: 'session' })).toBe(true)
    now += 1_001_000
    expect([await passes(user), await passes(anonymous, { require: 'session' })]).toEqual([false, false])
  })

  it('the app’s middleware receives the session read-only, or null if there is none', async () => {
    const seen: unknown[] = []
    const next: GuardOptions['next'] = (_request, _event, session) => {
      seen.push(session)
      expect(session === null || Object.isFrozen(session.data)).toBe(true)
    }
    await guarded('/account', { token: await tokenOf(true), store, next })
    await guarded('/account', { token: await tokenOf(false), store, next, method: 'POST' })
    await guarded('/account', { store, next, method: 'POST' })
    const data = { role: 'editor' }
    expect(seen).toEqual([{ id: expect.any(String), userId: '7', data }, { id: expect.any(String), userId: null, data }, null])
  })

  it('the guard redirects a token of another kind, secret or cookie name', async () => {
    const token = await tokenOf(true)
    expect((await guarded('/account', { token })).passed).toBe(false)
    expect((await guarded('/account', { token, store, shared: { secret: 'another secret for tests, 32 chars.' } })).passed).toBe(
      false,
    )
    const renamed = { token, store, shared: { cookie: { name: 'other' } } }
    expect((await guarded('/account', renamed)).passed).toBe(false)
  })
})
