import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { assertSameOrigin, createSessions, SessionError, safeNext } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../test/browser'

const sessions = createSessions<{ a: number }>({ secret: 'a secret for tests, 32 characters', store: memoryStore() })
const { getSession, handler, requireUser } = sessions
const request = (method = 'GET', headers: Record<string, string> = {}) => new Request('http://localhost/api', { method, headers })

/** Returns the response of a handler and the number of cookies that it sets. */
async function respond(fn: () => unknown, sent = request()) {
  const { value, setCookies } = await new FakeBrowser().request(() => handler(async () => (await fn()) as Response)(sent))
  return { status: value.status, headers: value.headers, body: await value.json(), cookies: setCookies.length }
}

describe('sessions.handler', () => {
  it('every response has Cache-Control: private, no-store and varies by cookie', async () => {
    const { headers } = await respond(() => Response.json({}, { headers: { vary: 'Accept', 'cache-control': 'public' } }))
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['private, no-store', 'Accept, Cookie'])
  })

  it('a SessionError becomes a response with its status, and the cookies that were set before it are sent', async () => {
    const { status, body, cookies } = await respond(async () => {
      await (await getSession()).set('a', 1)
      throw new SessionError('DATA_INVALID', 'Nope.')
    })
    expect([status, body, cookies]).toEqual([
      400,
      { error: { code: 'DATA_INVALID', message: expect.stringContaining('Nope.') } },
      1,
    ])
  })

  it('any other error is logged and becomes a response with status 500 and without its text', async () => {
    const log = vi.mocked(console.error).mockImplementation(() => {})
    const { status, body } = await respond(() => {
      throw new Error('the password is hunter2')
    })
    expect([status, JSON.stringify(body).includes('hunter2'), log.mock.calls.length]).toEqual([500, false, 1])
    log.mockClear()
  })

  it('a configuration error is logged, and the response does not contain its text', async () => {
    const log = vi.mocked(console.error).mockImplementation(() => {})
    const broken = createSessions({ secret: 'short', store: memoryStore() })
    const { status, body } = await respond(() => broken.getSession())
    expect([status, body.error.code, body.error.message]).toEqual([500, 'CONFIG_INVALID', 'The server log has the details.'])
    expect(String(log.mock.calls)).toContain('secret 1 has 5 characters')
    log.mockClear()
  })

  it('the handler responds to notFound(), forbidden() and redirect() itself, privately, and adds the basePath to redirects', async () => {
    const signal = (digest: string) => () => {
      throw Object.assign(new Error('signal'), { digest })
    }
    expect((await respond(signal('NEXT_HTTP_ERROR_FALLBACK;404'))).status).toBe(404)
    expect((await respond(signal('NEXT_HTTP_ERROR_FALLBACK;403'))).body.error.code).toBe('FORBIDDEN')
    for (const [to, location] of [
      ['/x;y?a=1', '/docs/x;y?a=1'],
      ['/docs/x', '/docs/x'],
      ['/docs?x=1', '/docs?x=1'],
      ['/поиск', `/docs${encodeURI('/поиск')}`],
      ['https://other.example/x', 'https://other.example/x'],
    ]) {
      const incoming = Object.assign(new Request('http://localhost/docs/api'), { nextUrl: { basePath: '/docs' } })
      const response = await handler(signal(`NEXT_REDIRECT;replace;${to};307;`))(incoming)
      const { headers } = response
      expect([response.status, headers.get('location'), headers.get('cache-control')]).toEqual([307, location, 'private, no-store'])
    }
    await expect(respond(signal('NEXT_PRERENDER_INTERRUPTED'))).rejects.toThrow('signal')
  })

  it.each([
    ['*', '*'],
    ['Cookie', 'Cookie'],
    ['Accept, cookie', 'Accept, cookie'],
    ['Accept', 'Accept, Cookie'],
  ])('a response with Vary: %s is sent with Vary: %s', async (given, sent) => {
    const { headers } = await respond(() => Response.json({}, { headers: { vary: given } }))
    expect(headers.get('vary')).toBe(sent)
  })

  it('an unsafe method from another site is rejected, and a safe one is allowed', async () => {
    const from = (method: string) => respond(() => Response.json({}), request(method, { 'sec-fetch-site': 'cross-site' }))
    expect((await from('POST')).body.error.code).toBe('CROSS_SITE')
    expect((await from('GET')).status).toBe(200)
  })
})

describe('assertSameOrigin', () => {
  it.each<[string, 'allowed' | 'rejected', Record<string, string>]>([
    ['a page of this site', 'allowed', { 'sec-fetch-site': 'same-origin' }],
    ['the address bar', 'allowed', { 'sec-fetch-site': 'none' }],
    ['a sibling host', 'rejected', { 'sec-fetch-site': 'same-site' }],
    ['another site', 'rejected', { 'sec-fetch-site': 'cross-site', origin: 'http://shop.example', host: 'shop.example' }],
    ['an older browser on this site', 'allowed', { origin: 'http://shop.example', host: 'shop.example' }],
    ['an older browser on another site', 'rejected', { origin: 'http://evil.example', host: 'shop.example' }],
    ['a sandboxed frame', 'rejected', { origin: 'null', host: 'shop.example' }],
    ['a client that is not a browser', 'allowed', { host: 'shop.example' }],
  ])('a request from %s is %s', (_, verdict, headers) => {
    const check = () => assertSameOrigin({ headers: new Headers(headers) })
    if (verdict === 'allowed') expect(check).not.toThrow()
    else expect(check).toThrow(expect.objectContaining({ code: 'CROSS_SITE', status: 403 }))
  })
})

describe('the origin of a request', () => {
  const isAllowed = (url: string, headers: Record<string, string>, trustedOrigins: readonly string[] = []) => {
    try {
      assertSameOrigin({ url, headers: new Headers({ host: 'shop.example', ...headers }) }, { trustedOrigins })
      return true
    } catch (error) {
      if (error instanceof SessionError && error.code === 'CROSS_SITE') return false
      throw error
    }
  }

  it('without Sec-Fetch-Site, the scheme of the Origin must be that of the request, according to its url or X-Forwarded-Proto', () => {
    const [http, https] = [{ origin: 'http://shop.example' }, { origin: 'https://shop.example' }]
    expect([isAllowed('https://shop.example/api', https), isAllowed('https://shop.example/api', http)]).toEqual([true, false])
    expect([isAllowed('http://shop.example/api', http), isAllowed('http://shop.example/api', https)]).toEqual([true, false])
    const proxied = { 'x-forwarded-proto': 'https, http' }
    expect(isAllowed('http://internal:3000/api', { ...https, ...proxied })).toBe(true)
    expect(isAllowed('http://internal:3000/api', { ...http, ...proxied })).toBe(false)
  })

  it('if neither contains the scheme, as for the relative url of a Node request, only the host is compared', () => {
    for (const origin of ['http://shop.example', 'https://shop.example', 'https://SHOP.example']) {
      expect(isAllowed('/api', { origin })).toBe(true)
    }
    expect(isAllowed('/api', { origin: 'https://evil.example' })).toBe(false)
    expect(isAllowed('/api', { origin: 'null' })).toBe(false)
  })

  it('an Origin that is not http or https is another site', () => {
    for (const origin of ['chrome-extension://abcdef', 'app://evil.example']) expect(isAllowed('/api', { origin })).toBe(false)
  })

  it('a default port in Host or Origin makes no difference', () => {
    expect(isAllowed('https://shop.example/api', { host: 'shop.example:443', origin: 'https://shop.example' })).toBe(true)
    expect(isAllowed('https://shop.example/api', { host: 'shop.example:444', origin: 'https://shop.example' })).toBe(false)
  })

  it('a page of a trusted origin with the same scheme may send unsafe requests, with or without Sec-Fetch-Site', () => {
    const trusted = ['https://www.shop.example']
    const url = 'https://shop.example/api'
    for (const site of [{}, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect(isAllowed(url, { ...site, origin: 'https://www.shop.example' }, trusted)).toBe(true)
      expect(isAllowed(url, { ...site, origin: 'http://www.shop.example' }, trusted)).toBe(false)
      expect(isAllowed(url, { ...site, origin: 'https://www.shop.example:8443' }, trusted)).toBe(false)
      expect(isAllowed(url, { ...site, origin: 'https://www.shop.example' })).toBe(false)
    }
  })

  it('assertSameOrigin rejects a malformed trusted origin with CONFIG_INVALID', () => {
    const check = () => isAllowed('/api', {}, ['www.shop.example'])
    expect(check).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('sessions.handler accepts the option trustedOrigins', async () => {
    const open = createSessions({
      secret: 'a secret for tests, 32 characters',
      store: memoryStore(),
      trustedOrigins: ['https://www.shop.example'],
    })
    const status = async (origin: string) => {
      const headers = { origin, 'sec-fetch-site': 'same-site' }
      return (await open.handler(() => Response.json({}))(request('POST', headers))).status
    }
    expect([await status('https://www.shop.example'), await status('https://evil.shop.example')]).toEqual([200, 403])
  })
})

describe('fromRequest', () => {
  it('fromRequest accepts the request of a WebSocket handshake: plain headers and a relative url', async () => {
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 5))
    const handshake = new IncomingMessage(new Socket())
    handshake.url = '/live?room=1'
    handshake.headers = { host: 'localhost', cookie: `theme=dark; session=${browser.token}`, 'set-cookie': ['a', 'b'] }
    const session = await sessions.fromRequest(handshake)
    expect(session.get('a')).toBe(5)
    await expect(session.set('a', 6)).rejects.toMatchObject({ code: 'READ_ONLY' })
    handshake.headers = { ':path': '/live' } // HTTP/2
    expect((await sessions.fromRequest(handshake)).id).toBeNull()
  })

  it('fromRequest accepts a Request and any object with Headers', async () => {
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 5))
    const headers = new Headers({ cookie: `session=${browser.token}` })
    expect((await sessions.fromRequest(new Request('http://localhost', { headers }))).get('a')).toBe(5)
    expect((await sessions.fromRequest({ headers, url: '/' })).get('a')).toBe(5)
  })
})

describe('safeNext', () => {
  it.each(['/', '/account', '/a?b=c#d', '/a//b', '/a?next=//b', '/a/../b'])('safeNext returns the path %j unchanged', (path) =>
    expect(safeNext(path)).toBe(path),
  )
  it.each([
    ['/日本?q=é', '/%E6%97%A5%E6%9C%AC?q=%C3%A9'],
    ['/a b%20c', '/a%20b%20c'],
    ['/\ud800', '/%EF%BF%BD'],
  ])('safeNext returns the path %j percent-encoded as %j', (path, escaped) => expect(safeNext(path)).toBe(escaped))
  it.each([
    '',
    'account',
    '//evil.example',
    '/\\evil.example',
    '/a\\b',
    '/\t/evil.example',
    '/a\nb',
    '/.//evil.example',
    '/..//evil.example',
    '/%2e//evil.example',
    '/a/..//evil.example',
    'https://evil.example',
    null,
    undefined,
    ['/a'],
    7,
  ])('safeNext replaces %j with the fallback', (value) => expect(safeNext(value, '/home')).toBe('/home'))
})

describe('requireUser', () => {
  const digest = (promise: Promise<unknown>) =>
    promise.catch((error: { digest?: string; code?: string }) => error.digest ?? error.code)

  it('requireUser redirects an anonymous visitor to signIn with a safe next, or rejects with UNAUTHENTICATED if signIn is null', async () => {
    const result = (options: Parameters<typeof requireUser>[0]) => new FakeBrowser().visit(() => digest(requireUser(options)))
    expect(await result({})).toBe('NEXT_REDIRECT;replace;/login;303;')
    expect(await result({ returnTo: '/a?b' })).toBe('NEXT_REDIRECT;replace;/login?next=%2Fa%3Fb;303;')
    expect(await result({ signIn: '/in?x=1', returnTo: '//evil.example' })).toBe('NEXT_REDIRECT;replace;/in?x=1&next=%2F;303;')
    expect(await result({ signIn: '/in#form', returnTo: '/a' })).toBe('NEXT_REDIRECT;replace;/in?next=%2Fa#form;303;')
    const elsewhere = await result({ signIn: 'https://sso.example/in', returnTo: '/a' })
    expect(elsewhere).toBe('NEXT_REDIRECT;replace;https://sso.example/in?next=%2Fa;303;')
    expect(await result({ signIn: '//sso.example/in' })).toBe('CONFIG_INVALID')
    expect(await result({ signIn: null })).toBe('UNAUTHENTICATED')
  })

  it.each([
    ['handler', '/shop/login'],
    ['action', '/login'],
    ['render', '/login'],
  ] as const)(
    'under the basePath /shop, requireUser in the context %s redirects to %s, and Next adds what is missing',
    async (context, location) => {
      vi.stubEnv('__NEXT_ROUTER_BASEPATH', '/shop')
      const redirect = await new FakeBrowser().visit(() => digest(requireUser()), { context })
      vi.unstubAllEnvs()
      expect(String(redirect).split(';')[2]).toBe(location)
    },
  )

  it('requireUser returns the session of a logged-in user', async () => {
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).login(7))
    expect(await browser.visit(async () => (await requireUser()).userId)).toBe('7')
  })
})

describe('the recorded client', () => {
  const recorded = async (headers: Record<string, string>, trustedProxies = 1) => {
    const { getSession, get } = createSessions<{ a: number }>({
      secret: 'a secret for tests, 32 characters',
      store: memoryStore(),
      trustedProxies,
    })
    const id = await new FakeBrowser().visit(
      async () => {
        const session = await getSession()
        await session.set('a', 1)
        return String(session.id)
      },
      { headers },
    )
    const { ip, userAgent } = (await get(id)) ?? {}
    return { ip, userAgent }
  }

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['6.6.6.6, 203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2001:DB8::1]:443', '2001:db8::1'],
    ['2001:db8:0:0::1', '2001:db8::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['[::FFFF:203.0.113.7]:443', '203.0.113.7'],
    ['unknown', null],
    ['999.1.1.1', null],
    ["'; drop table sessions", null],
    ['fe80::1%eth0', null],
    ['a:b@1.2.3.4/', null],
    ['x]@[::1', null],
    ['::1]:80/[', null],
  ])('the X-Forwarded-For header %j behind one trusted proxy is recorded as %j', async (header, ip) => {
    expect((await recorded({ 'x-forwarded-for': header })).ip).toBe(ip)
  })

  it('no address is recorded without trusted proxies, because the client can write the header itself', async () => {
    expect((await recorded({ 'x-forwarded-for': '203.0.113.7' }, 0)).ip).toBeNull()
  })

  it('the user agent is recorded without control characters and cut to 256 characters', async () => {
    expect((await recorded({ 'user-agent': `A\tB${'x'.repeat(400)}` })).userAgent).toBe(`A B${'x'.repeat(253)}`)
    expect((await recorded({})).userAgent).toBeNull()
  })
})
