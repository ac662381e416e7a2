import { createSessions, type Json } from 'coatcheck'
import { createGuard } from 'coatcheck/middleware'
import { type NextFetchEvent, NextRequest } from 'next/server.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { stores, type TestStore } from '../../test/stores'

const secret = 'a secret for tests, 32 characters'

describe.each(Object.keys(stores))('several cookies with the same name, %s', (storeName) => {
  let under: TestStore
  beforeAll(async () => {
    under = await (stores[storeName]?.() as Promise<TestStore>)
  })
  afterAll(() => under.close())

  it.each([
    ['first', (good: string) => `session=${good}; session=junk`],
    ['last', (good: string) => `session=junk; session=v1.a.b.1.0.c; other=1; session=${good}`],
    ['eighth', (good: string) => `${'session=junk; '.repeat(7)}session=${good}`],
  ])('getSession, fromRequest and the guard use the authentic cookie if it comes %s', async (_, header) => {
    const options = { secret, ...(storeName === 'cookie' && { signIn: '/login' }) }
    const sessions = createSessions({ ...options, store: under.store, autoClear: false })
    const store = 'carrier' in under.store ? { store: under.store } : {}
    const browser = new FakeBrowser()
    await browser.visit(async () => (await sessions.getSession()).login('7'))
    const headers = { cookie: header(browser.token) }
    const request = new NextRequest('http://localhost/account', { headers })
    expect((await sessions.fromRequest(request)).userId).toBe('7')
    const guard = createGuard(options, store)
    expect((await guard(request, {} as NextFetchEvent)).headers.has('x-middleware-next')).toBe(true)
    expect(await new FakeBrowser().visit(async () => (await sessions.getSession()).userId, { headers })).toBe('7')
  })

  it.each([
    ['a ninth cookie', (good: string) => `${'session=junk; '.repeat(8)}session=${good}`],
    ['an encoded token', (good: string) => `session=${good.replace('.', '%2E')}`],
  ])('session, guard and fromRequest all ignore %s', async (_, header) => {
    const sessions = createSessions({ secret, store: under.store, autoClear: false })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await sessions.getSession()).login('7'))
    const headers = { cookie: header(browser.token) }
    const request = new NextRequest('http://localhost/account', { headers })
    // Next's own value is the last value in the header, decoded.
    const inPage = await browser.copy().visit(async () => (await sessions.getSession()).userId, { headers })
    const guard = createGuard({ secret }, 'carrier' in under.store ? { store: under.store } : {})
    const passes = (await guard(request, {} as NextFetchEvent)).headers.has('x-middleware-next')
    expect([inPage, (await sessions.fromRequest(request)).userId, passes]).toEqual([null, null, false])
  })

  it.each(['anonymous visitor', 'user'])(
    'getSession, fromRequest and the guard skip the cookie of an expired session of the %s',
    async (visitor) => {
      const [options, server] = [
        { secret, maxAge: 100 },
        { store: under.store, autoClear: false },
      ]
      const { getSession, fromRequest } = createSessions<Record<string, Json>>({ ...options, ...server })
      const [old, browser] = [new FakeBrowser(), new FakeBrowser()]
      await old.visit(async () => (visitor === 'user' ? (await getSession()).login('6') : (await getSession()).set('a', 1)))
      await under.elapse(101)
      await browser.visit(async () => (await getSession()).login('7'))
      const headers = { cookie: `session=${old.token}; session=${browser.token}` }
      const request = new NextRequest('http://localhost/account', { headers })
      expect((await fromRequest(request)).userId).toBe('7')
      const guards = [createGuard(options, { store: under.store }), ...('carrier' in under.store ? [] : [createGuard(options)])]
      for (const guard of guards) {
        expect((await guard(request, {} as NextFetchEvent)).headers.has('x-middleware-next')).toBe(true)
      }
      const session = await new FakeBrowser().visit(getSession, { headers })
      expect(session.userId).toBe('7')
    },
  )

  it('a cookie that a middleware has deleted for this request opens no session', async () => {
    const sessions = createSessions({ secret, store: under.store, autoClear: false })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await sessions.getSession()).login('7'))
    const headers = { cookie: `session=${browser.token}` }
    const inPage = new FakeBrowser({ session: '' }).visit(async () => (await sessions.getSession()).userId, { headers })
    expect(await inPage).toBeNull()
  })
})
