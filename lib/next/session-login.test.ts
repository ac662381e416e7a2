import { expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { codeOf, describeSessions } from '../../test/describe-sessions'

describeSessions('login, logout and rotation', ({ storeName, rule, make, onServer }) => {
  rule('a-rotated-token-is-rejected')('cycleKey keeps the id and the data, and the old token is rejected', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 1))
    const old = browser.copy()
    const id = await browser.visit(async () => {
      const session = await getSession()
      await session.cycleKey()
      return session.id
    })
    expect(await browser.visit(async () => [(await getSession()).id, (await getSession()).data])).toEqual([id, { a: 1 }])
    expect(await old.visit(async () => (await getSession()).id)).toBeNull()
  })

  it('login keeps the id and the data of an anonymous session but replaces its token', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    const before = await browser.visit(async () => {
      const session = await getSession()
      await session.set('cart', [1])
      return session.id
    })
    const anonymous = browser.copy()
    const after = await browser.visit(async () => {
      const session = await getSession()
      await session.login(42n)
      return [session.id, session.userId, session.data, session.authenticatedAt instanceof Date]
    })
    expect(after).toEqual([before, '42', { cart: [1] }, true])
    expect(await anonymous.visit(async () => (await getSession()).userId)).toBeNull()
  })

  it('login as another user creates a new session without the data of the first user', async () => {
    const { getSession, get } = make()
    const browser = new FakeBrowser()
    const first = await browser.visit(async () => {
      const session = await getSession()
      await session.login('a')
      await session.set('secret', 1)
      return String(session.id)
    })
    const second = await browser.visit(async () => {
      const session = await getSession()
      await session.login('b')
      return [session.id !== first, session.userId, session.data]
    })
    expect(second).toEqual([true, 'b', {}])
    expect(await onServer(get(first), null)).toBeNull()
  })

  it.each(['', 'x'.repeat(256), 'a\u0000b', Number.NaN, null, {}, '\ud800'])(
    'login rejects the invalid user id %j',
    async (userId) => {
      const { getSession } = make()
      expect(await codeOf(new FakeBrowser().visit(async () => (await getSession()).login(userId as string)))).toBe('DATA_INVALID')
    },
  )

  it('flush deletes the session, a set after it creates a new one, and the response sets one cookie', async () => {
    const { getSession, get } = make()
    const browser = new FakeBrowser()
    const old = await browser.visit(async () => {
      const session = await getSession()
      await session.set('a', 1)
      return session.id
    })
    const { value, setCookies } = await browser.request(async () => {
      const session = await getSession()
      await session.flush()
      const between = [session.id, session.isNew, session.data]
      await session.set('b', 2)
      return [...between, session.id]
    })
    expect(value.slice(0, 3)).toEqual([null, true, {}])
    expect(value[3]).not.toBe(old)
    expect(setCookies.length).toBe(1)
    expect(await onServer(get(String(old)), null)).toBeNull()
  })

  rule('revoke-others-returns-their-number')(
    'revokeOthers deletes the other sessions of the user and returns their number',
    async () => {
      const { getSession } = make()
      const userId = `user ${storeName} ${Math.random()}`
      const browsers = [new FakeBrowser(), new FakeBrowser(), new FakeBrowser()]
      for (const browser of browsers) await browser.visit(async () => (await getSession()).login(userId))
      const [here, ...others] = browsers
      expect(await here?.visit(async () => (await getSession()).revokeOthers())).toBe(2)
      for (const other of others) expect(await other.visit(async () => (await getSession()).userId)).toBeNull()
      expect(await here?.visit(async () => (await getSession()).userId)).toBe(userId)
    },
  )
})
