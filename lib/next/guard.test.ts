import type { SessionOptions } from 'coatcheck'
import { createSessions } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { createGuard, type GuardOptions } from 'coatcheck/middleware'
import type { SessionStore } from 'coatcheck/store'
import { memoryStore } from 'coatcheck/testing'
import { type NextFetchEvent, NextRequest, NextResponse } from 'next/server.js'
import { describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../test/browser'

const options: SessionOptions = { secret: 'a secret for tests, 32 characters' }
const store = memoryStore()
const { getSession, revokeUser } = createSessions<{ a: number }>({ ...options, store })

async function tokenOf(kind: 'anonymous' | 'user', userId = '1'): Promise<string> {
  const browser = new FakeBrowser()
  await browser.visit(async () => {
    const session = await getSession()
    await (kind === 'user' ? session.login(userId) : session.set('a', 1))
  })
  return browser.token
}

/** The request, and changes of the shared options. */
interface Sent {
  token?: string
  method?: string
  headers?: Record<string, string>
  shared?: Partial<SessionOptions>
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

async function guarded(path: string, more: GuardOptions & Sent = {}) {
  const { token, method = 'GET', headers, shared, ...guardOptions } = more
  const cookie = token && { cookie: `session=${token}` }
  const request = new NextRequest(`http://localhost${path}`, { method, headers: { ...cookie, ...headers } })
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

  it('the guard accepts a token for a day after its expiry, so a clock that is an hour fast redirects no visitor', async () => {
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

  it('the guard lets server actions and forms pass: an action checks the user itself, and fails if it is redirected', async () => {
    const bodies = ['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', 'Text/Plain;charset=UTF-8']
    for (const headers of [{ 'next-action': 'abc' }, ...bodies.map((type) => ({ 'content-type': type }))]) {
      expect((await guarded('/account', { method: 'POST', headers })).passed).toBe(true)
    }
    for (const method of ['PUT', 'DELETE', 'OPTIONS']) expect((await guarded('/account', { method })).passed).toBe(true)
    expect((await guarded('/account', { method: 'HEAD' })).passed).toBe(false)
  })

  it('a POST that is neither an action nor a form is guarded like a GET, with status 303', async () => {
    for (const headers of [{}, { 'content-type': 'application/json' }, { 'content-type': 'text/plainer' }]) {
      const { response, to } = await guarded('/account/x', { method: 'POST', headers })
      expect([response.status, to]).toEqual([303, '/login?next=%2Faccount%2Fx'])
    }
    expect((await guarded('/account', { method: 'POST', token: await tokenOf('user') })).passed).toBe(true)
    expect((await guarded('/', { method: 'POST', protect: ['/account'] })).passed).toBe(true)
  })

  it('protect guards whole path segments, percent-encoded or not, but never signIn', async () => {
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

  it('signIn is never redirected to itself, even with a trailing slash or a fragment', async () => {
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

  it('every response for a protected path is private, including a redirect and a response of the app’s middleware', async () => {
    const next = () => Response.redirect('http://localhost/elsewhere')
    const responses = [
      await guarded('/account'),
      await guarded('/account', { method: 'POST', headers: form }),
      await guarded('/account', { method: 'POST', headers: form, next }),
    ]
    for (const { response } of responses) {
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(response.headers.get('vary')).toContain('Cookie')
    }
  })

  it('responses for other paths keep their own Cache-Control, so a wide matcher leaves files and public pages cacheable', async () => {
    const next = () => NextResponse.next({ headers: { 'cache-control': 'public, max-age=60' } })
    for (const path of ['/logo.svg', '/', '/login']) {
      const { response } = await guarded(path, { protect: ['/account'] })
      expect([response.headers.get('cache-control'), response.headers.get('vary')]).toEqual([null, null])
      const own = await guarded(path, { protect: ['/account'], next })
      expect(own.response.headers.get('cache-control')).toBe('public, max-age=60')
    }
  })

  it('signIn may be a function of the path, in the shared options or in those of the guard', async () => {
    const signIn = (path: string) => (path.startsWith('/de/') ? '/de/anmelden' : '/login')
    for (const more of [{ shared: { signIn } }, { signIn }]) {
      expect((await guarded('/de/konto', more)).to).toBe('/de/anmelden?next=%2Fde%2Fkonto')
      expect((await guarded('/account', more)).to).toBe('/login?next=%2Faccount')
      expect((await guarded('/de/anmelden', more)).passed).toBe(true)
    }
    const wrong = guarded('/account', { signIn: () => '//evil.example' })
    await expect(wrong).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('a request with more than 200 cookies receives a 431, and the app’s middleware does not run', async () => {
    const next = vi.fn()
    const cookies = (count: number) => Array.from({ length: count }, (_, index) => `c${index}=`).join('; ')
    const status = async (cookie: string) =>
      (await guarded('/', { headers: { cookie }, protect: ['/account'], next })).response.status
    expect([await status(cookies(201)), await status(';'.repeat(5000))]).toEqual([431, 431])
    expect(next).not.toHaveBeenCalled()
    expect(await status(cookies(200))).toBe(200)
    const { response } = await guarded('/', { headers: { cookie: cookies(201) } })
    expect([response.headers.get('cache-control'), await response.text()]).toEqual([
      'private, no-store',
      expect.stringMatching(/201 cookies.*at most 200.*Delete/),
    ])
  })

  it('the app’s middleware receives whether the token is that of a logged-in user', async () => {
    const seen: unknown[] = []
    const next: GuardOptions['next'] = (_request, _event, visitor) => void seen.push(visitor)
    for (const token of [await tokenOf('user'), await tokenOf('anonymous'), 'junk']) {
      await guarded('/', { token, next, protect: ['/account'] })
    }
    const [yes, no] = [true, false].map((loggedIn) => ({ loggedIn, session: null }))
    expect(seen).toEqual([yes, no, no])
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
    const next: GuardOptions['next'] = (_request, _event, visitor) => {
      seen.push(visitor)
      expect(visitor.session === null || Object.isFrozen(visitor.session.data)).toBe(true)
    }
    await guarded('/account', { token: await tokenOf(true), store, next })
    await guarded('/account', { token: await tokenOf(false), store, next, method: 'POST', headers: form })
    await guarded('/account', { store, next, method: 'POST', headers: form })
    const data = { role: 'editor' }
    expect(seen).toEqual([
      { loggedIn: true, session: { id: expect.any(String), userId: '7', data } },
      { loggedIn: false, session: { id: expect.any(String), userId: null, data } },
      { loggedIn: false, session: null },
    ])
  })

  it('the guard redirects a session that is older than a shortened absoluteMaxAge', async () => {
    const token = await tokenOf(true)
    now += 700_000
    const passes = async (absoluteMaxAge: number) =>
      (await guarded('/account', { token, store, shared: { absoluteMaxAge } })).passed
    expect([await passes(600), await passes(800)]).toEqual([false, true])
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

describe('the guard with a store on the server', () => {
  /** Returns the memory store with another `find`, and the number of its calls. */
  function counted(find: SessionStore['find'] = (ref) => store.find(ref)) {
    const calls = vi.fn(find)
    return { calls, store: { ...store, find: calls } }
  }

  it('a visitor with a revoked session is redirected at the next click, and a logged-in one passes', async () => {
    const token = await tokenOf('user', 'ann')
    expect((await guarded('/account', { token, store })).passed).toBe(true)
    await revokeUser('ann')
    expect((await guarded('/account', { token, store })).to).toBe('/login?next=%2Faccount')
    expect((await guarded('/account', { token })).passed).toBe(true)
  })

  it('the guard redirects a token that was rotated', async () => {
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).login('1'))
    const { token } = browser
    await browser.visit(async () => (await getSession()).cycleKey())
    expect((await guarded('/account', { token, store })).passed).toBe(false)
    expect((await guarded('/account', { token: browser.token, store })).passed).toBe(true)
  })

  it('the guard redirects a session that is older than absoluteMaxAge', async () => {
    let now = Date.now()
    const timed = memoryStore({ now: () => now })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await createSessions({ ...options, store: timed }).getSession()).login('1'))
    now += 700_000
    const passes = async (absoluteMaxAge: number) =>
      (await guarded('/account', { token: browser.token, store: timed, shared: { absoluteMaxAge } })).passed
    expect([await passes(600), await passes(800)]).toEqual([false, true])
  })

  it('the app’s middleware receives the session of a protected path', async () => {
    const next = vi.fn()
    const token = await tokenOf('user', 'eva')
    await guarded('/account', { token, store, next })
    const session = { id: expect.any(String), userId: 'eva', data: {} }
    expect(next.mock.calls[0]?.[2]).toEqual({ loggedIn: true, session })
  })

  it('the store is read once, and only for a protected path and a token that may open it', async () => {
    const reads = async (path: string, token: string, more: GuardOptions = {}) => {
      const { calls, store } = counted()
      await guarded(path, { token, store, protect: ['/account'], ...more })
      return calls.mock.calls.length
    }
    const [user, anonymous] = [await tokenOf('user'), await tokenOf('anonymous')]
    expect(await reads('/account', user)).toBe(1)
    expect(await reads('/account', anonymous, { require: 'session' })).toBe(1)
    expect([await reads('/', user), await reads('/account', anonymous), await reads('/account', 'junk')]).toEqual([0, 0, 0])
  })

  it('if the store fails or does not respond in time, the request passes to the page, and one message is logged', async () => {
    const log = vi.mocked(console.error).mockImplementation(() => {})
    const token = await tokenOf('user')
    for (const find of [() => Promise.reject(new Error('password hunter2')), () => new Promise<never>(() => {})]) {
      const guard = createGuard(options, { store: counted(find).store, timeout: 0.01 })
      const request = () => new NextRequest('http://localhost/account', { headers: { cookie: `session=${token}` } })
      for (const _ of [1, 2]) {
        expect((await guard(request(), {} as NextFetchEvent)).headers.has('x-middleware-next')).toBe(true)
      }
    }
    const texts = log.mock.calls.map(([text]) => String(text))
    expect(texts).toEqual([
      expect.stringMatching(/the guard could not check a session, so requests pass to the page/),
      expect.stringMatching(/did not respond within 0\.01 s/),
    ])
    expect(texts.join()).not.toContain('hunter2')
    log.mockClear()
  })
})

describe('the path that the guard passes on', () => {
  const header = 'x-coatcheck-path'
  /** Returns the headers of the request as the page receives them, with Next's encoding of overrides decoded. */
  async function received(path: string, more: Parameters<typeof guarded>[1] = {}) {
    const { response } = await guarded(path, { protect: ['/account'], ...more })
    const names = response.headers.get('x-middleware-override-headers')?.split(',')
    return names && Object.fromEntries(names.map((name) => [name, response.headers.get(`x-middleware-request-${name}`)]))
  }
  const forged = { [header]: '/forged', 'x-own': 'kept' }

  it('a page receives its path and search in a header of the library, which replaces a header that the client sent', async () => {
    const token = await tokenOf('user')
    const cookie = `session=${token}`
    expect(await received('/account?a=1', { token, headers: forged })).toEqual({
      [header]: '/account?a=1',
      'x-own': 'kept',
      cookie,
    })
    expect(await received('/logo.svg', { headers: forged })).toEqual({ [header]: '/logo.svg', 'x-own': 'kept' })
    expect(await received('/%C3%A9')).toEqual({ [header]: '/%C3%A9' })
  })

  it('an action receives the path of its page, and requests to which no visitor can return have no such header', async () => {
    expect(await received('/account', { method: 'POST', headers: { ...form, ...forged } })).toMatchObject({ [header]: '/account' })
    expect(await received('/api', { method: 'POST', headers: forged })).toEqual({ 'x-own': 'kept' })
    expect(await received('/api', { method: 'DELETE', headers: forged })).toEqual({ 'x-own': 'kept' })
  })

  it('the header is added to a rewrite and to the request headers of the app’s middleware', async () => {
    const rewrite = () => NextResponse.rewrite('http://localhost/en/shop', { headers: { 'x-seen': 'yes' } })
    const { response } = await guarded('/shop', { protect: ['/account'], next: rewrite, headers: forged })
    expect(response.headers.get('x-middleware-rewrite')).toBe('http://localhost/en/shop')
    expect(response.headers.get('x-seen')).toBe('yes')
    expect(await received('/shop', { next: rewrite, headers: forged })).toEqual({ [header]: '/shop', 'x-own': 'kept' })
    const next: GuardOptions['next'] = (request) => {
      const headers = new Headers(request.headers)
      headers.set('x-nonce', 'abc')
      headers.delete('x-own')
      return NextResponse.next({ request: { headers } })
    }
    expect(await received('/shop', { next, headers: forged })).toEqual({ [header]: '/shop', 'x-nonce': 'abc' })
    expect(await received('/api', { next, method: 'POST', headers: forged })).toEqual({ 'x-nonce': 'abc' })
  })

  it('the cookies that the app’s middleware sets are kept', async () => {
    const next = () => {
      const response = NextResponse.next()
      response.cookies.set('locale', 'de')
      return response
    }
    const { response } = await guarded('/shop', { protect: ['/account'], next })
    expect(response.headers.get('set-cookie')).toContain('locale=de')
    expect(response.headers.get('x-middleware-set-cookie')).toContain('locale=de')
  })

  it('a redirect or a response of its own does not carry the request’s headers', async () => {
    for (const next of [() => NextResponse.json({}), () => Response.redirect('http://localhost/elsewhere')]) {
      expect(await received('/shop', { next, headers: { cookie: 'secret=1' } })).toBeUndefined()
    }
    expect(await received('/account', { headers: { cookie: 'secret=1' } })).toBeUndefined()
  })

  it('requireUser returns to the path that the guard passed on, unless returnTo is given', async () => {
    const { requireUser } = createSessions({ ...options, store })
    const target = (path: string, more: Parameters<typeof requireUser>[0] = {}) =>
      new FakeBrowser().visit(() => requireUser(more).catch(({ digest }) => String(digest).split(';')[2]), {
        context: 'render',
        headers: { [header]: path },
      })
    expect(await target('/account?a=1')).toBe('/login?next=%2Faccount%3Fa%3D1')
    expect(await target('/account', { returnTo: '/elsewhere' })).toBe('/login?next=%2Felsewhere')
    expect(await target('//evil.example')).toBe('/login?next=%2F')
    const signIn = (path: string) => (/^\/de\/[^?]*$/.test(path) ? '/de/anmelden' : '/login')
    const german = createSessions({ ...options, signIn, store })
    const localized = (path: string) =>
      new FakeBrowser().visit(() => german.requireUser().catch(({ digest }) => String(digest).split(';')[2]), {
        context: 'render',
        headers: path ? { [header]: path } : {},
      })
    expect([await localized('/de/konto?a'), await localized('')]).toEqual(['/de/anmelden?next=%2Fde%2Fkonto%3Fa', '/login'])
  })
})
