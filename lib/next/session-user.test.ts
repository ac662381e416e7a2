import { createSessions, type ServerOptions, type SessionEvent, type UserOptions } from 'coatcheck'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { codeOf, describeSessions, secret } from '../../test/describe-sessions'
import { platform } from './platform.ts'

interface User {
  readonly id: string
  passwordHash: string
}

describeSessions('users and credentials', ({ storeName, options, rule, elapse, onServer }) => {
  let accounts = 0

  /** An app with one user, who is logged in unless `loginAs` names another one, and a record of its events. */
  function app({ withHash = true, ...more }: Partial<ServerOptions> & { withHash?: boolean } = {}) {
    const user: User = { id: `user ${storeName} ${accounts++} ${Math.random()}`, passwordHash: 'first' }
    const [users, events, loads] = [new Map([[user.id, user]]), [] as SessionEvent[], [] as string[]]
    const load = async (id: string) => {
      loads.push(id)
      await new Promise(setImmediate)
      const found = users.get(id)
      return found && { ...found }
    }
    const userOptions: UserOptions<User> = { load, ...(withHash && { authHash: ({ passwordHash }: User) => passwordHash }) }
    const onEvent = (event: SessionEvent) => void events.push(event)
    const open = (given: Partial<ServerOptions> = {}) =>
      createSessions<Record<string, string>, User>({ ...options(), onEvent, ...more, ...given, user: userOptions })
    const sessions = open()
    const browser = new FakeBrowser()
    const logsIn = (who = user, from = browser) =>
      from.visit(async () => (await sessions.getSession()).login(who.id, { authHash: who.passwordHash }))
    const seenBy = (from: FakeBrowser, { getUser } = sessions) => from.visit(async () => (await getUser())?.id ?? null)
    const rejections = () => events.flatMap((event) => (event.type === 'rejected' ? [event.reason] : []))
    return { user, users, loads, open, ...sessions, browser, logsIn, seenBy, rejections }
  }

  it('getUser returns the logged-in user, and null for an anonymous visitor, without a load', async () => {
    const { getUser, logsIn, browser, user, loads, seenBy } = app()
    expect(await seenBy(browser)).toBeNull()
    await logsIn()
    expect(loads).toEqual([])
    expect(await browser.visit(getUser)).toEqual(user)
  })

  it('the user is loaded once per request, and concurrent calls share the load', async () => {
    const { getUser, requireUser, logsIn, browser, loads } = app()
    await logsIn()
    const same = await browser.visit(async () => {
      const [a, b, session] = await Promise.all([getUser(), getUser(), requireUser()])
      return a === b && session.user === a && (await getUser()) === a
    })
    expect([same, loads.length]).toEqual([true, 1])
    await browser.visit(getUser)
    expect(loads.length).toBe(2)
  })

  it('session.user is null until getUser or requireUser has loaded the user, and null again after logout and flush', async () => {
    const { getSession, getUser, requireUser, logsIn, browser, user } = app()
    for (const end of ['logout', 'flush'] as const) {
      await logsIn()
      const seen = await browser.visit(async () => {
        const session = await getSession()
        const before = session.user
        await getUser()
        const loaded = session.user?.id
        await session[end]()
        return [before, loaded, session.user, await getUser()]
      })
      expect(seen).toEqual([null, user.id, null, null])
    }
    await logsIn()
    expect(await browser.visit(async () => (await requireUser()).user.passwordHash)).toBe('first')
  })

  it('after the login of another user, session.user and getUser never show the previous user', async () => {
    const { getSession, getUser, users, logsIn, browser, user } = app()
    const other = { id: `${user.id} other`, passwordHash: 'x' }
    users.set(other.id, other)
    await logsIn()
    const seen = await browser.visit(async () => {
      const session = await getSession()
      await getUser()
      await session.login(other.id, { authHash: other.passwordHash })
      return [session.user, (await getUser())?.id, session.user?.id]
    })
    expect(seen).toEqual([null, other.id, other.id])
  })

  it('a user that is loaded while another one logs in is not shown, and the new session stays', async () => {
    const { getSession, getUser, users, logsIn, browser, user } = app()
    const other = { id: `${user.id} other`, passwordHash: 'x' }
    users.set(other.id, other)
    await logsIn()
    user.passwordHash = 'second'
    const seen = await browser.visit(async () => {
      const session = await getSession()
      const loading = getUser()
      await session.login(other.id, { authHash: other.passwordHash })
      return [await loading, session.user, session.userId]
    })
    expect(seen).toEqual([null, null, other.id])
    expect(await browser.visit(async () => (await getUser())?.id)).toBe(other.id)
  })

  it('an error of user.load is rethrown, and the next call tries again', async () => {
    const { open, logsIn, browser, user } = app()
    await logsIn()
    let calls = 0
    const load = async () => {
      if (calls++ === 0) throw new RangeError('the database is down')
      return user
    }
    const { getUser, getSession } = createSessions<Record<string, string>, User>({ ...options(), user: { load } })
    const seen = await browser.visit(async () => {
      const failed = await getUser().catch((error: Error) => error.message)
      return [failed, (await getSession()).userId, (await getUser())?.id]
    })
    expect(seen).toEqual(['the database is down', user.id, user.id])
    expect(open).toBeDefined()
  })

  const contexts = ['render', 'action', 'handler'] as const
  it.each(contexts)(
    'in a %s, changed credentials make the visitor anonymous, delete the session, and send no cookie',
    async (context) => {
      const { getSession, requireUser, getUser, get, logsIn, browser, user, rejections } = app()
      await logsIn()
      const id = await browser.visit(async () => String((await getSession()).id))
      user.passwordHash = 'second'
      const { value, setCookies } = await browser.request(
        async () => {
          const session = await getSession()
          const before = session.userId
          return [before, await getUser(), session.user, session.userId, session.id, await codeOf(requireUser({ signIn: null }))]
        },
        { context },
      )
      expect(value).toEqual([user.id, null, null, null, null, 'UNAUTHENTICATED'])
      expect(setCookies.filter(({ name }) => name === 'session')).toEqual([])
      expect(rejections()).toEqual(['credentials'])
      expect(await onServer(get(id), null)).toBeNull()
      await logsIn()
      expect((await browser.visit(getUser))?.passwordHash).toBe('second')
    },
  )

  it('a user who no longer exists is anonymous, with and without authHash', async () => {
    for (const withHash of [true, false]) {
      const { users, logsIn, browser, user, seenBy, rejections } = app({ withHash })
      await logsIn()
      expect(await seenBy(browser)).toBe(user.id)
      users.clear()
      expect(await seenBy(browser)).toBeNull()
      expect(rejections()).toEqual(['credentials'])
    }
  })

  it('without authHash, a password change deletes no session', async () => {
    const { logsIn, browser, user, seenBy } = app({ withHash: false })
    await logsIn()
    user.passwordHash = 'second'
    expect(await seenBy(browser)).toBe(user.id)
  })

  it('a session that was created before user.authHash was set is treated as one with changed credentials', async () => {
    const { open, getUser, browser, user } = app()
    const before = createSessions(options())
    await browser.visit(async () => (await before.getSession()).login(user.id))
    expect(await browser.visit(getUser)).toBeNull()
    await browser.visit(async () => (await before.getSession()).login(user.id, { authHash: user.passwordHash }))
    expect((await browser.visit(open().getUser))?.id).toBe(user.id)
  })

  it('login without authHash rejects with CONFIG_INVALID where user.authHash is configured, and writes nothing', async () => {
    const { getSession, browser, user } = app()
    const { value, setCookies } = await browser.request(async () => {
      const session = await getSession()
      const login = session.login(user.id)
      await expect(login).rejects.toThrow(/authHash: user.passwordHash/)
      return [await codeOf(login), session.userId, session.id]
    })
    expect([value, setCookies]).toEqual([['CONFIG_INVALID', null, null], []])
    const wrong = browser.visit(async () => (await getSession()).login(user.id, { authHash: null as unknown as string }))
    expect(await codeOf(wrong)).toBe('CONFIG_INVALID')
  })

  it('cycleKey with the new credentials keeps this session, and getUser loads the user again', async () => {
    const { getSession, requireUser, getUser, logsIn, browser, user, seenBy, rejections } = app()
    const elsewhere = new FakeBrowser()
    await logsIn()
    await logsIn(user, elsewhere)
    const seen = await browser.visit(async () => {
      const session = await requireUser()
      const { id } = session
      user.passwordHash = 'second'
      await session.cycleKey({ authHash: user.passwordHash })
      return [session.user?.id, session.id === id, (await getUser())?.passwordHash]
    })
    expect(seen).toEqual([user.id, true, 'second'])
    expect([await seenBy(browser), await seenBy(elsewhere)]).toEqual([user.id, null])
    expect(rejections()).toEqual(['credentials'])
    await browser.visit(async () => (await getSession()).cycleKey())
    expect(await seenBy(browser)).toBe(user.id)
  })

  rule('a-renewed-session-is-not-rejected')('a request that read the session before its renewal does not delete it', async () => {
    const { getSession, getUser, logsIn, browser, user, seenBy } = app()
    await logsIn()
    const slow = browser.copy()
    const seen = await slow.visit(async () => {
      const session = await getSession()
      user.passwordHash = 'second'
      await browser.visit(async () => (await getSession()).cycleKey({ authHash: user.passwordHash }))
      const loaded = await getUser()
      return [loaded, session.userId, await codeOf(session.set('a', 'b'))]
    })
    expect(seen).toEqual([null, null, 'INTERRUPTED'])
    expect(await seenBy(browser)).toBe(user.id)
  })

  it('every kind of login stores its credentials', async () => {
    const { getSession, getUser, logsIn, browser, user, users, seenBy } = app()
    const other = { id: `${user.id} other`, passwordHash: 'x' }
    users.set(other.id, other)
    await browser.visit(async () => (await getSession()).set('cart', 'coat'))
    await logsIn() // on an anonymous session
    expect(await seenBy(browser)).toBe(user.id)
    user.passwordHash = 'second'
    await logsIn() // of the same user
    const kept = await browser.visit(async () => [(await getUser())?.id, (await getSession()).get('cart')])
    expect(kept).toEqual([user.id, 'coat'])
    await logsIn(other) // of another user
    expect(await seenBy(browser)).toBe(other.id)
  })

  it('a login form that is submitted twice stores the credentials of the last login', async () => {
    const { getSession, logsIn, browser, user, seenBy } = app()
    await browser.visit(async () => (await getSession()).set('cart', 'coat'))
    const second = browser.copy()
    await logsIn()
    user.passwordHash = 'second'
    await logsIn(user, second)
    expect(await seenBy(second)).toBe(user.id)
  })

  it('credentials hashed under an old secret are valid, and the new hash is stored after the response', async () => {
    const { open, getUser, logsIn, browser, user } = app({ secret: ['an old secret for tests, 32 chars!'] })
    await logsIn()
    const both = open({ secret: [secret, 'an old secret for tests, 32 chars!'] })
    expect((await browser.visit(both.getUser))?.id).toBe(user.id)
    await browser.visit(async () => (await both.getSession()).set('a', 'b')) // sends a token under the new secret
    const only = open({ secret })
    // A session in a cookie cannot be written after the response.
    expect((await browser.visit(only.getUser))?.id).toBe(storeName === 'cookie' ? undefined : user.id)
    expect(await browser.visit(getUser)).toBeNull()
  })

  it('a secret that is not configured does not accept the credentials', async () => {
    const { open, logsIn, browser } = app()
    await logsIn()
    const { getUser, getSession } = open({ secret: ['another secret for tests, 32 chars', secret] })
    expect(await browser.visit(async () => (await getUser()) !== null)).toBe(true)
    expect(await browser.visit(async () => (await getSession()).userId !== null)).toBe(true)
  })

  it('the page that is rendered after an action loads the user again, because the action may have changed it', async () => {
    const { getUser, logsIn, browser, user, users } = app()
    await logsIn()
    const seen: unknown[] = []
    const action = async () => {
      seen.push(await getUser(), await getUser())
      users.set(user.id, { ...user, name: 'Ann' } as User)
      platform().after(async () => void seen.push(await getUser())) // cookies are read-only, as in a page
    }
    await browser.visit(action, { context: 'action' })
    expect(seen).toEqual([user, user, { ...user, name: 'Ann' }])
  })

  it('getUser checks the session of fromRequest, too', async () => {
    const { fromRequest, getUser, logsIn, browser, user, rejections } = app()
    await logsIn()
    const request = { headers: new Headers({ cookie: `session=${browser.token}` }), url: '/live' }
    const session = await fromRequest(request)
    expect([(await getUser(session))?.id, session.user?.id]).toEqual([user.id, user.id])
    user.passwordHash = 'second'
    const late = await fromRequest(request)
    expect([await getUser(late), late.userId]).toEqual([null, null])
    expect(rejections()).toEqual(['credentials'])
  })

  it('requireUser with `within` accepts a login that is not older, by the store’s clock', async () => {
    const { requireUser, getSession, logsIn, browser, user } = app()
    await logsIn()
    await browser.visit(async () => (await getSession()).set('cart', 'coat'))
    await elapse(540)
    const within = (signIn?: null) => browser.visit(() => requireUser({ within: '10m', ...(signIn === null && { signIn }) }))
    expect((await within()).userId).toBe(user.id)
    await elapse(120)
    expect(await codeOf(within(null))).toBe('REAUTHENTICATE')
    await expect(within(null)).rejects.toMatchObject({ status: 401 })
    await logsIn()
    const seen = await browser.visit(async () => {
      const session = await requireUser({ within: '10m' })
      return [session.userId, session.get('cart')]
    })
    expect(seen).toEqual([user.id, 'coat'])
  })

  it('requireUser with `within` redirects an older login with reason=reauthenticate, and an anonymous visitor without it', async () => {
    const { requireUser, logsIn, browser } = app()
    const target = (given: Parameters<typeof requireUser>[0]) =>
      browser.visit(() => requireUser(given).catch((error: Error) => error.message))
    expect(await target({ within: '10m', returnTo: '/account' })).toBe('Redirected to /login?next=%2Faccount')
    await logsIn()
    await elapse(601)
    expect(await target({ within: '10m', returnTo: '/account' })).toBe('Redirected to /login?next=%2Faccount&reason=reauthenticate')
    expect(await target({ within: 600 })).toBe('Redirected to /login?reason=reauthenticate')
    expect(await target({ within: '10m', signIn: '/in' })).toBe('Redirected to /in?reason=reauthenticate')
    expect(await codeOf(browser.visit(() => requireUser({ within: 'soon' as '1m' })))).toBe('CONFIG_INVALID')
  })
})

describe('without the user option', () => {
  it('getUser rejects with CONFIG_INVALID, and requireUser checks the user id only', async () => {
    const { memoryStore } = await import('coatcheck/testing')
    const { getSession, getUser, requireUser } = createSessions({ secret, store: memoryStore() })
    const browser = new FakeBrowser()
    expect(await codeOf(browser.visit(getUser))).toBe('CONFIG_INVALID')
    await browser.visit(async () => (await getSession()).login('7'))
    const session = await browser.visit(requireUser)
    expect([session.userId, session.user]).toEqual(['7', null])
  })
})
