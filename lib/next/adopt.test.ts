import { createSessions, type ServerOptions, type SessionError, type SessionEvent } from 'coatcheck'
import { createGuard } from 'coatcheck/middleware'
import { memoryStore } from 'coatcheck/testing'
import { type NextFetchEvent, NextRequest } from 'next/server.js'
import { describe, expect, it } from 'vitest'
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
const page = (value: string) => ({ ...headers(value), context: 'render' as const })

describe('adopt', () => {
  it('a page shows the session of the other library at once, and writes nothing', async () => {
    const { seen, store } = anApp()
    const { value, setCookies } = await new FakeBrowser({ old: '7' }).request(seen, page('7'))
    expect(value).toEqual({ userId: '7', cart: ['hat'], id: null, isNew: true })
    expect([setCookies, await store.count({})]).toEqual([[], 0])
  })

  it.each(['action', 'handler'] as const)(
    'the first %s stores it as a session of ours and removes the old cookie',
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

  it('an authentic session of ours is never replaced by an old one, even if it was revoked', async () => {
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

  it('the hash of the credentials is required if configured, and a changed password deletes the adopted session', async () => {
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

  it('an adopted session is no recent login for `within`, before and after it is stored; a login is one', async () => {
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
