import { createSessions, type ServerOptions, type SessionError, type SessionEvent } from 'coatcheck'
import { createGuard } from 'coatcheck/middleware'
import type { SessionStore } from 'coatcheck/store'
import { memoryStore } from 'coatcheck/testing'
import { type NextFetchEvent, NextRequest } from 'next/server.js'
import { describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../test/browser'

const secret = 'a secret for tests, 32 characters'
interface Data {
  cart: string[]
}

/** Reads the old library's cookie: `old=<user>`. */
const adopt: ServerOptions['adopt'] = ({ cookies }) => {
  const value = cookies.get('old')?.value
  return value ? { userId: value === 'anonymous' ? null : value, data: { cart: ['hat'] }, cookie: 'old' } : null
}

function anApp(more: Partial<ServerOptions<Data>> = {}) {
  const events: SessionEvent[] = []
  const store = memoryStore()
  const onEvent = (event: SessionEvent) => void events.push(event)
  const sessions = createSessions<Data>({ secret, store, adopt, autoClear: false, onEvent, ...more })
  const seen = async () => {
    const session = await sessions.getSession()
    return { userId: session.userId, cart: session.get('cart'), id: session.id, isNew: session.isNew }
  }
  return { ...sessions, store, events, seen }
}
const headers = (value: string) => ({ headers: { cookie: `old=${value}` } })

/** Returns a store in which one method fails. */
function failing(method: 'create' | 'remove'): SessionStore {
  const fail = async () => {
    throw new Error('the store is down')
  }
  return Object.assign(memoryStore(), { [method]: fail })
}
const page = (value: string) => ({ ...headers(value), context: 'render' as const })

describe('adopt', () => {
  it('a page shows the session of the other library at once, and writes nothing', async () => {
    const { seen, store } = anApp()
    const { value, setCookies } = await new FakeBrowser({ old: '7' }).request(seen, page('7'))
    expect(value).toEqual({ userId: '7', cart: ['hat'], id: expect.any(String), isNew: true })
    expect([setCookies, await store.count({})]).toEqual([[], 0])
  })

  it('a key of the adopted data whose value is undefined is dropped', async () => {
    const { getSession } = anApp({ adopt: () => ({ userId: '7', data: { cart: ['hat'], coupon: undefined } }) })
    const login = async () => (await getSession()).login('8')
    const read = async () => (await getSession()).entries().map(([key]) => key)
    const browser = new FakeBrowser()
    expect((await browser.request(read, page('7'))).value).toEqual(['cart'])
    await browser.request(login, { ...headers('7'), context: 'action' })
    expect(Object.keys(browser.cookies)).toEqual(['session'])
  })

  it.each(['action', 'handler'] as const)(
    'the first %s stores the session of the other library and removes the old cookie',
    async (context) => {
      const { getSession, seen, store, events } = anApp()
      const browser = new FakeBrowser({ old: '7' })
      await browser.request(async () => (await getSession()).set('cart', ['hat', 'scarf']), { ...headers('7'), context })
      expect(Object.keys(browser.cookies)).toEqual(['session'])
      expect(events).toMatchObject([{ type: 'created', userId: '7' }])
      expect(await browser.visit(seen)).toMatchObject({ userId: '7', cart: ['hat', 'scarf'], id: expect.any(String) })
      expect(await store.count({ userId: '7' })).toBe(1)
    },
  )

  it('requireUser lets the adopted user pass, and an anonymous session is adopted without a user', async () => {
    const { requireUser, seen } = anApp()
    expect(await new FakeBrowser().visit(async () => (await requireUser()).userId, page('7'))).toBe('7')
    expect(await new FakeBrowser().visit(seen, page('anonymous'))).toMatchObject({ userId: null, cart: ['hat'] })
  })

  it('requireUser has an id on a page that shows an adopted session, and no stored session has that id', async () => {
    const { requireUser, get } = anApp()
    const idOnPage = async () => (await requireUser()).id
    const id = await new FakeBrowser().visit(idOnPage, page('7'))
    expect([typeof id, await get(id)]).toEqual(['string', null])
  })

  it('an old session never replaces an authentic session of Coatcheck, even a revoked one', async () => {
    const { getSession, revokeUser, seen } = anApp()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).login('8'))
    const both = { headers: { cookie: `session=${browser.token}; old=7` } }
    expect(await browser.visit(seen, both)).toMatchObject({ userId: '8' })
    await revokeUser('8')
    expect(await browser.visit(seen, both)).toMatchObject({ userId: null })
  })

  it('a logout in the first request leaves neither cookie', async () => {
    const { getSession, store } = anApp()
    const browser = new FakeBrowser({ old: '7' })
    await browser.visit(async () => (await getSession()).logout(), headers('7'))
    expect([browser.cookies, await store.count({})]).toEqual([{}, 0])
  })

  it('authHash is required if user.authHash is set, and a changed password deletes the adopted session', async () => {
    const user = { load: async () => ({ hash: 'new' }), authHash: ({ hash }: { hash: string }) => hash }
    const withHash = (authHash?: string) => anApp({ user, adopt: () => ({ userId: '7', ...(authHash && { authHash }) }) } as never)
    const userIn = (app: ReturnType<typeof anApp>) => new FakeBrowser().visit(() => app.getUser(), page('7'))
    await expect(userIn(withHash())).rejects.toMatchObject({ code: 'CONFIG_INVALID' } satisfies Partial<SessionError>)
    expect(await userIn(withHash('old'))).toBeNull()
    expect(await userIn(withHash('new'))).toEqual({ hash: 'new' })
  })

  it('a user whose credentials changed is anonymous on the page that shows the old session, too', async () => {
    const user = { load: async () => ({ hash: 'new' }), authHash: ({ hash }: { hash: string }) => hash }
    const app = anApp({ user, adopt: () => ({ userId: '7', authHash: 'old', data: { cart: ['hat'] } }) } as never)
    const seen = async () => [await app.getUser(), (await app.seen()).userId, (await app.seen()).cart]
    expect(await new FakeBrowser().visit(seen, page('7'))).toEqual([null, null, undefined])
  })

  it('requireUser with `within` rejects an adopted session, stored or not, until its user logs in', async () => {
    let now = Date.now()
    const { requireUser, getSession } = anApp({ store: memoryStore({ now: () => now }) })
    const browser = new FakeBrowser({ old: '7' })
    const codeOf = () => requireUser({ within: '10m', signIn: null }).then(String, ({ code }: SessionError) => code)
    expect(await browser.visit(codeOf, page('7'))).toBe('REAUTHENTICATE')
    expect(await browser.visit(codeOf, headers('7'))).toBe('REAUTHENTICATE')
    expect(await browser.visit(codeOf)).toBe('REAUTHENTICATE')
    now += 1000
    await browser.visit(async () => (await getSession()).login('7'))
    expect(await browser.visit(async () => (await requireUser({ within: '10m' })).get('cart'))).toEqual(['hat'])
  })

  it('the status handler adopts the session, so that <SessionWatch> does not end it', async () => {
    const { statusHandler, store } = anApp()
    const browser = new FakeBrowser({ old: '7' })
    const { GET, POST } = statusHandler()
    const ask = async (method: 'GET' | 'POST') => {
      const request = new Request('http://localhost/api/session/status', { method })
      const { state, userId } = await (await (method === 'GET' ? GET : POST)(request)).json()
      return [state, userId]
    }
    expect(await browser.visit(() => ask('GET'), headers('7'))).toEqual(['active', '7'])
    expect(Object.keys(browser.cookies)).toEqual(['session'])
    expect(await browser.visit(() => ask('POST'))).toEqual(['active', '7'])
    expect(await store.count({ userId: '7' })).toBe(1)
  })

  it('an adoption deletes the sessions of its user above maxPerUser', async () => {
    let now = Date.now()
    // Each session is a millisecond younger. Of two that are equally old, either may be deleted.
    const store = memoryStore({ now: () => now++ })
    const { seen, events } = anApp({ maxPerUser: 1, store })
    await new FakeBrowser({ old: '7' }).visit(seen, headers('7'))
    const second = await new FakeBrowser({ old: '7' }).visit(seen, headers('7'))
    expect((await store.list({ userId: '7', sort: 'created', limit: 9 })).map(({ id }) => id)).toEqual([second.id])
    expect(events).toMatchObject([{ type: 'created' }, { type: 'created' }, { type: 'revoked', by: '7' }])
  })

  it('an adoption whose deletion above maxPerUser fails keeps its session and logs the failure', async () => {
    const { seen } = anApp({ maxPerUser: 1, store: failing('remove') })
    const browser = new FakeBrowser({ old: '7' })
    const { id } = await browser.visit(seen, headers('7'))
    expect(await browser.visit(seen)).toMatchObject({ id, userId: '7' })
    expect(vi.mocked(console.error).mock.calls).toEqual([[expect.stringContaining('maxPerUser failed (STORE_FAILED)')]])
    vi.mocked(console.error).mockClear()
  })

  it.each(['create', 'remove'] as const)(
    'sessions.logout removes the old cookie even if the store fails in %s, so that no later request adopts it',
    async (method) => {
      const { logout } = anApp({ store: failing(method) })
      const browser = new FakeBrowser({ old: '7' })
      const code = () => logout().then(String, ({ code }: SessionError) => code)
      expect(await browser.visit(code, headers('7'))).toBe('STORE_FAILED')
      expect(browser.cookies).toEqual({})
    },
  )

  it('if the store fails, a request that does not log out keeps the old cookie', async () => {
    const { seen } = anApp({ store: failing('create') })
    const browser = new FakeBrowser({ old: '7' })
    await browser.visit(() => expect(seen()).rejects.toMatchObject({ code: 'STORE_FAILED' }), headers('7'))
    expect(browser.cookies).toEqual({ old: '7' })
  })

  it('the guard lets visitors with an adoptable session pass', async () => {
    const statusOf = async (cookie: string, require: 'user' | 'session') => {
      const request = new NextRequest('http://localhost/account', { headers: { cookie } })
      return (await createGuard({ secret }, { adopt, require })(request, {} as NextFetchEvent)).status
    }
    expect(await statusOf('old=7', 'user')).toBe(200)
    expect(await statusOf('old=anonymous', 'user')).toBe(307)
    expect(await statusOf('old=anonymous', 'session')).toBe(200)
    expect(await statusOf('other=7', 'session')).toBe(307)
  })
})
