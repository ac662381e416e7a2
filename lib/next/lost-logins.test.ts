import { createSessions, type Json, type ServerOptions, type SessionError, type SessionEvent } from 'coatcheck'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { implementations, type TestStore } from '../../test/stores'

const secret = 'a secret for tests, 32 characters'
const action = { context: 'action' } as const
const refreshed = { name: 'session-refresh', value: '', maxAge: 0 }

/** Returns the code with which a promise rejects, or 'resolved'. */
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: SessionError) => error.code,
  )

// A session in a cookie has no row that several requests share. docs/cookie-store.md states the consequences.
describe.each(Object.keys(implementations).filter((name) => name !== 'cookie'))('logins and lost sessions, %s', (storeName) => {
  let under: TestStore
  beforeAll(async () => {
    under = await (implementations[storeName]?.() as Promise<TestStore>)
  })
  afterAll(() => under.close())

  const make = (more: Partial<ServerOptions> = {}) => {
    const events: SessionEvent[] = []
    const options = { secret, store: under.store, autoClear: false, onEvent: (event: SessionEvent) => void events.push(event) }
    return { events, ...createSessions<Record<string, Json>>({ ...options, ...more }) }
  }
  const rejected = (events: readonly SessionEvent[]) => events.flatMap((event) => (event.type === 'rejected' ? event.reason : []))

  it('an action that changes data sends no token, so a late response cannot replace the cookie of another login', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 1))
    const { setCookies } = await browser.request(async () => (await getSession()).set('a', 2), action)
    expect(setCookies).toMatchObject([refreshed])
  })

  const writers = ['set', 'update', 'pop', 'setDefault', 'cycleKey', 'setExpiry', 'flash'] as const
  it.each(writers)('a slow %s on a deleted session sends no cookie and makes the visitor anonymous', async (writer) => {
    const { getSession, requireUser } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).login('7'))
    await browser.visit(async () => (await getSession()).set('a', 1))
    const slow = browser.copy()
    const { token } = slow
    const { value, setCookies } = await slow.request(async () => {
      const session = await getSession()
      await browser.visit(async () => (await getSession()).logout())
      const attempts = {
        set: () => session.set('a', 2),
        update: () =>
          session.update((draft) => {
            draft.a = 2
          }),
        pop: () => session.pop('a'),
        setDefault: () => session.setDefault('b', 2),
        cycleKey: () => session.cycleKey(),
        setExpiry: () => session.setExpiry(60),
        flash: () => session.flash('info', 'saved'),
      }
      const first = await codeOf(attempts[writer]())
      const user = await codeOf(requireUser({ signIn: null }))
      return [first, user, session.userId, session.data, session.id, await codeOf(attempts[writer]())]
    }, action)
    expect(value).toEqual(['INTERRUPTED', 'UNAUTHENTICATED', null, {}, null, 'INTERRUPTED'])
    expect(setCookies).toMatchObject([refreshed])
    expect(slow.token).toBe(token)
  })

  it('a login form that is submitted twice keeps one session with the cart', async () => {
    const { getSession, list } = make()
    const userId = `twice ${storeName}`
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('cart', ['coat']))
    const second = browser.copy()
    await browser.visit(async () => (await getSession()).login(userId))
    const data = await second.visit(async () => {
      const session = await getSession()
      expect([session.userId, session.data]).toEqual([null, {}])
      await session.login(userId)
      return [session.userId, session.data]
    })
    expect(data).toEqual([userId, { cart: ['coat'] }])
    expect((await list({ userId })).length).toBe(1)
  })

  it('two logins of one user that run at the same time both succeed and keep one session with the cart', async () => {
    const { getSession, list } = make()
    const userId = `both ${storeName}`
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('cart', ['coat']))
    const both = [browser.copy(), browser.copy()]
    await Promise.all(both.map((each) => each.visit(async () => (await getSession()).login(userId))))
    expect((await list({ userId })).map(({ data }) => data)).toEqual([{ cart: ['coat'] }])
  })

  it('a login that is overtaken by another login of the same user keeps the session, and reports the rotated token', async () => {
    const { getSession, list, events } = make()
    const userId = `overtaken ${storeName}`
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('cart', ['coat']))
    const data = await browser.copy().visit(async () => {
      const session = await getSession()
      await browser.visit(async () => (await getSession()).login(userId))
      await session.login(userId)
      return [session.userId, session.data]
    })
    expect([data, rejected(events)]).toEqual([[userId, { cart: ['coat'] }], ['rotated']])
    expect((await list({ userId })).length).toBe(1)
  })

  it('a login with the old token of another user’s session creates a new session', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('cart', ['coat']))
    const stale = browser.copy()
    const id = await browser.visit(async () => {
      const session = await getSession()
      await session.login('a')
      return session.id
    })
    const other = await stale.visit(async () => {
      const session = await getSession()
      await session.login('b')
      return [session.userId, session.data, session.id === id]
    })
    expect(other).toEqual(['b', {}, false])
    expect(await browser.visit(async () => (await getSession()).userId)).toBe('a')
  })

  it('a visitor with an old token is anonymous, cannot write and keeps the cookie, and the token is reported', async () => {
    const { getSession, events } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).login('7'))
    const stale = browser.copy()
    await browser.visit(async () => (await getSession()).cycleKey())
    const { value, setCookies } = await stale.request(async () => {
      const session = await getSession()
      const codes = [session.set('a', 1), session.delete('a'), session.cycleKey(), session.setExpiry(60), session.revokeOthers()]
      return [session.userId, session.id, ...(await Promise.all(codes.map(codeOf)))]
    })
    expect(value).toEqual([null, null, ...Array(5).fill('INTERRUPTED')])
    expect(setCookies).toEqual([])
    expect(rejected(events)).toEqual(['rotated'])
  })

  it.each([1, 120])('logout with an old token deletes the session of the thief who rotated it %d s ago', async (seconds) => {
    const { getSession, events, get } = make()
    const victim = new FakeBrowser()
    const id = await victim.visit(async () => {
      const session = await getSession()
      await session.login('7')
      return String(session.id)
    })
    const thief = victim.copy()
    await thief.visit(async () => (await getSession()).cycleKey())
    await under.elapse(seconds)
    await victim.visit(async () => (await getSession()).logout())
    expect([await get(id), victim.cookies]).toEqual([null, {}])
    expect(rejected(events)).toContain('rotated')
    expect(events.at(-1)).toEqual({ type: 'logout', id, userId: '7' })
  })

  it('logout of an expired session reports no rotated token', async () => {
    const { getSession, events } = make({ maxAge: 100 })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).login('7'))
    await under.elapse(101)
    await browser.visit(async () => (await getSession()).logout())
    expect(rejected(events)).toEqual(['unknown'])
  })

  it('a login as another user that is submitted twice succeeds twice', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).login('7'))
    const second = browser.copy()
    const user = await second.visit(async () => {
      const session = await getSession()
      await browser.visit(async () => (await getSession()).login('8'))
      await session.login('8')
      return session.userId
    })
    expect([user, await browser.visit(async () => (await getSession()).userId)]).toEqual(['8', '8'])
  })

  it('logout deletes the session during a concurrent cycleKey, and reports the rotated token', async () => {
    const { getSession, get, events } = make()
    const browser = new FakeBrowser()
    const id = await browser.visit(async () => {
      const session = await getSession()
      await session.login('7')
      return String(session.id)
    })
    const leaving = browser.copy()
    const code = await leaving.visit(async () => {
      const session = await getSession()
      await browser.visit(async () => (await getSession()).cycleKey())
      return codeOf(session.logout())
    })
    expect([code, await get(id), leaving.cookies]).toEqual(['resolved', null, {}])
    expect(rejected(events)).toEqual(['rotated'])
  })

  it('requireUser in an action refreshes every page and sends no cookie', async () => {
    const { getSession, requireUser, revokeUser } = make()
    const browser = new FakeBrowser()
    const userId = `revoked ${storeName}`
    await browser.visit(async () => (await getSession()).login(userId))
    await revokeUser(userId)
    const { setCookies } = await browser.request(() => requireUser().catch(() => 'turned away'), action)
    expect(setCookies).toMatchObject([refreshed])
    expect(browser.cookies).toHaveProperty('session')
  })

  it.each(['revoke', 'revokeUser'] as const)('%s in an action refreshes every page', async (method) => {
    const sessions = make()
    const [browser, other] = [new FakeBrowser(), new FakeBrowser()]
    const userId = `${method} ${storeName}`
    for (const each of [browser, other]) await each.visit(async () => (await sessions.getSession()).login(userId))
    const revoking = async () => {
      const session = await sessions.getSession()
      const [{ id = '' } = {}] = (await sessions.list({ userId })).filter(({ current }) => !current)
      return method === 'revoke' ? sessions.revoke(id, { userId }) : sessions.revokeUser(userId, { except: session.id })
    }
    const { value, setCookies } = await browser.request(revoking, action)
    expect(value).toBe(1)
    expect(setCookies).toMatchObject([refreshed])
  })

  /** Returns the store with one method that always fails. */
  const without = (method: 'find' | 'remove') =>
    new Proxy(under.store as Extract<ServerOptions['store'], { find: unknown }>, {
      get: (target, name) => {
        if (name === 'limited') return undefined
        if (name === method) return async () => Promise.reject(Object.assign(new Error(), { code: 'ECONNREFUSED' }))
        const member = Reflect.get(target, name, target)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })

  it('logout clears the cookie when the store fails, and rejects with the store’s error', async () => {
    const browser = new FakeBrowser()
    await browser.visit(async () => (await make().getSession()).login('7'))
    const failing = make({ store: without('remove') })
    expect(await browser.visit(async () => codeOf((await failing.getSession()).logout()))).toBe('STORE_FAILED')
    expect(browser.cookies).toEqual({})
  })

  it('sessions.logout clears the cookie when the store fails, even if the session could not be read', async () => {
    for (const method of ['find', 'remove'] as const) {
      const browser = new FakeBrowser()
      await browser.visit(async () => (await make().getSession()).login('7'))
      const failing = make({ store: without(method) })
      expect(await browser.visit(async () => codeOf(failing.logout()))).toBe('STORE_FAILED')
      expect(browser.cookies).toEqual({})
    }
  })

  it('sessions.logout deletes the session and clears the cookie', async () => {
    const { getSession, logout, get } = make()
    const browser = new FakeBrowser()
    const id = await browser.visit(async () => {
      const session = await getSession()
      await session.login('7')
      return String(session.id)
    })
    await browser.visit(logout)
    expect([await get(id), browser.cookies]).toEqual([null, {}])
  })

  it('a token of an old secret is signed again with the next write, so that the old secret can be removed', async () => {
    const newer = 'a newer secret for tests, 32 chars'
    const browser = new FakeBrowser()
    await browser.visit(async () => (await make().getSession()).login('7'))
    const both = make({ secret: [newer, secret] })
    await browser.visit(async () => expect((await both.getSession()).userId).toBe('7'))
    await browser.visit(async () => (await both.getSession()).set('a', 1), action)
    await browser.visit(async () => expect((await make({ secret: newer }).getSession()).userId).toBe('7'))
  })
})
