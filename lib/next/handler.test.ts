import { assertSameOrigin, createSessions, SessionError, safeNext } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../test/browser'

const sessions = createSessions<{ a: number }>({ secret: 'a secret for tests, 32 characters', store: memoryStore() })
const { getSession, handler, requireUser } = sessions
const request = (method = 'GET', headers: Record<string, string> = {}) => new Request('http://localhost/api', { method, headers })

/** What a handler answers, and the cookies that went out with it. */
async function answer(fn: () => unknown, sent = request()) {
  const { value, setCookies } = await new FakeBrowser().request(() => handler(async () => (await fn()) as Response)(sent))
  return { status: value.status, headers: value.headers, body: await value.json(), cookies: setCookies.length }
}

describe('sessions.handler', () => {
  it('answers privately: no cache may keep it', async () => {
    const { headers } = await answer(() => Response.json({}, { headers: { vary: 'Accept', 'cache-control': 'public' } }))
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['private, no-store', 'Accept, Cookie'])
  })

  it('answers a SessionError with its status, and the cookies set before it go out', async () => {
    const { status, body, cookies } = await answer(async () => {
      await (await getSession()).set('a', 1)
      throw new SessionError('DATA_INVALID', 'Nope.')
    })
    expect([status, body, cookies]).toEqual([
      400,
      { error: { code: 'DATA_INVALID', message: expect.stringContaining('Nope.') } },
      1,
    ])
  })

  it("answers a stranger's error as 500 without its text, and logs it", async () => {
    const log = vi.mocked(console.error).mockImplementation(() => {})
    const { status, body } = await answer(() => {
      throw new Error('the password is hunter2')
    })
    expect([status, JSON.stringify(body).includes('hunter2'), log.mock.calls.length]).toEqual([500, false, 1])
    log.mockClear()
  })

  it('keeps what is wrong with the app from strangers, and logs it', async () => {
    const log = vi.mocked(console.error).mockImplementation(() => {})
    const broken = createSessions({ secret: 'short', store: memoryStore() })
    const { status, body } = await answer(() => broken.getSession())
    expect([status, body.error.code, body.error.message]).toEqual([500, 'CONFIG_INVALID', 'The server log has the details.'])
    expect(String(log.mock.calls)).toContain('secret 1 has 5 characters')
    log.mockClear()
  })

  it('responds to notFound(), forbidden() and redirect() itself, privately, and adds the basePath to redirects', async () => {
    const signal = (digest: string) => () => {
      throw Object.assign(new Error('signal'), { digest })
    }
    expect((await answer(signal('NEXT_HTTP_ERROR_FALLBACK;404'))).status).toBe(404)
    expect((await answer(signal('NEXT_HTTP_ERROR_FALLBACK;403'))).body.error.code).toBe('FORBIDDEN')
    for (const [to, location] of [
      ['/x;y?a=1', '/docs/x;y?a=1'],
      ['/docs/x', '/docs/x'],
      ['https://other.example/x', 'https://other.example/x'],
    ]) {
      const incoming = Object.assign(new Request('http://localhost/docs/api'), { nextUrl: { basePath: '/docs' } })
      const response = await handler(signal(`NEXT_REDIRECT;replace;${to};307;`))(incoming)
      const { headers } = response
      expect([response.status, headers.get('location'), headers.get('cache-control')]).toEqual([307, location, 'private, no-store'])
    }
    await expect(answer(signal('NEXT_PRERENDER_INTERRUPTED'))).rejects.toThrow('signal')
  })

  it.each([
    ['*', '*'],
    ['Cookie', 'Cookie'],
    ['Accept, cookie', 'Accept, cookie'],
    ['Accept', 'Accept, Cookie'],
  ])('keeps Vary: %s', async (given, sent) => {
    const { headers } = await answer(() => Response.json({}, { headers: { vary: given } }))
    expect(headers.get('vary')).toBe(sent)
  })

  it('refuses unsafe methods from another site, and allows safe ones', async () => {
    const from = (method: string) => answer(() => Response.json({}), request(method, { 'sec-fetch-site': 'cross-site' }))
    expect((await from('POST')).body.error.code).toBe('CROSS_SITE')
    expect((await from('GET')).status).toBe(200)
  })
})

describe('assertSameOrigin', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['a page of this site', { 'sec-fetch-site': 'same-origin' }, true],
    ['the address bar', { 'sec-fetch-site': 'none' }, true],
    ['a sibling host', { 'sec-fetch-site': 'same-site' }, false],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'http://shop.example', host: 'shop.example' }, false],
    ['an older browser here', { origin: 'http://shop.example', host: 'shop.example' }, true],
    ['an older browser elsewhere', { origin: 'http://evil.example', host: 'shop.example' }, false],
    ['a sandboxed frame', { origin: 'null', host: 'shop.example' }, false],
    ['no browser', { host: 'shop.example' }, true],
  ])('from %s', (_, headers, passes) => {
    const check = () => assertSameOrigin({ headers: new Headers(headers) })
    if (passes) expect(check).not.toThrow()
    else expect(check).toThrow(expect.objectContaining({ code: 'CROSS_SITE', status: 403 }))
  })
})

describe('safeNext', () => {
  it.each(['/', '/account', '/a?b=c#d', '/a//b', '/a?next=//b', '/a/../b'])('keeps %j', (path) => expect(safeNext(path)).toBe(path))
  it.each([
    ['/日本?q=é', '/%E6%97%A5%E6%9C%AC?q=%C3%A9'],
    ['/a b%20c', '/a%20b%20c'],
    ['/\ud800', '/%EF%BF%BD'],
  ])('answers %j escaped, for a header', (path, escaped) => expect(safeNext(path)).toBe(escaped))
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
  ])('replaces %j by the fallback', (value) => expect(safeNext(value, '/home')).toBe('/home'))
})

describe('requireUser', () => {
  const digest = (promise: Promise<unknown>) =>
    promise.catch((error: { digest?: string; code?: string }) => error.digest ?? error.code)

  it('redirects strangers to signIn with a safe next, or refuses them with UNAUTHENTICATED', async () => {
    const outcome = (options: Parameters<typeof requireUser>[0]) => new FakeBrowser().visit(() => digest(requireUser(options)))
    expect(await outcome({})).toBe('NEXT_REDIRECT;replace;/login;307;')
    expect(await outcome({ returnTo: '/a?b' })).toBe('NEXT_REDIRECT;replace;/login?next=%2Fa%3Fb;307;')
    expect(await outcome({ signIn: '/in?x=1', returnTo: '//evil.example' })).toBe('NEXT_REDIRECT;replace;/in?x=1&next=%2F;307;')
    expect(await outcome({ signIn: '/in#form', returnTo: '/a' })).toBe('NEXT_REDIRECT;replace;/in?next=%2Fa#form;307;')
    const elsewhere = await outcome({ signIn: 'https://sso.example/in', returnTo: '/a' })
    expect(elsewhere).toBe('NEXT_REDIRECT;replace;https://sso.example/in?next=%2Fa;307;')
    expect(await outcome({ signIn: '//sso.example/in' })).toBe('CONFIG_INVALID')
    expect(await outcome({ signIn: null })).toBe('UNAUTHENTICATED')
  })

  it('answers the session of a logged-in user', async () => {
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).login(7))
    expect(await browser.visit(async () => (await requireUser()).userId)).toBe('7')
  })
})

describe('what is recorded of the client', () => {
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
  ])('X-Forwarded-For %j behind one proxy is %j', async (header, ip) => {
    expect((await recorded({ 'x-forwarded-for': header })).ip).toBe(ip)
  })

  it('is no address without trusted proxies: the client can write the header itself', async () => {
    expect((await recorded({ 'x-forwarded-for': '203.0.113.7' }, 0)).ip).toBeNull()
  })

  it('is 256 clean characters of the user agent', async () => {
    expect((await recorded({ 'user-agent': `A\tB${'x'.repeat(400)}` })).userAgent).toBe(`A B${'x'.repeat(253)}`)
    expect((await recorded({})).userAgent).toBeNull()
  })
})
