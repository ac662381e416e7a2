import { expect } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { codeOf, describeSessions } from '../../test/describe-sessions'

describeSessions('concurrent requests of one session', ({ storeName, rule, make }) => {
  rule('parallel-updates-survive')('parallel updates of one counter are all kept', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('n', 0))
    const increment = () =>
      browser.copy().visit(async () => {
        const session = await getSession()
        await session.update((draft) => {
          draft.n = Number(draft.n) + 1
        })
      })
    await Promise.all(Array.from({ length: 10 }, increment))
    expect(await browser.visit(async () => (await getSession()).get('n'))).toBe(10)
  })

  rule('update-sees-the-newest-data')(
    'update receives the newest data even if it would not change the data that was read, and rejects if the session was deleted',
    async () => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('theme', 'dark'))
      const setDark = (draft: { theme?: unknown }) => {
        draft.theme = 'dark'
        return undefined
      }
      const theme = await browser.visit(async () => {
        const session = await getSession()
        await browser.copy().visit(async () => (await getSession()).set('theme', 'light'))
        await session.update(setDark as never)
        return session.get('theme')
      })
      expect([theme, await browser.visit(async () => (await getSession()).get('theme'))]).toEqual(['dark', 'dark'])
      const slow = browser.copy()
      const code = await slow.visit(async () => {
        const session = await getSession()
        await browser.visit(async () => (await getSession()).flush())
        return codeOf(session.update(setDark as never))
      })
      expect(code).toBe('INTERRUPTED')
    },
  )

  rule('a-slow-write-revives-no-session').each(['set', 'update', 'pop', 'setDefault', 'cycleKey', 'login', 'setExpiry'] as const)(
    'a slow %s does not restore a session that was deleted meanwhile, and sends no cookie',
    async (writer) => {
      const { getSession, get } = make()
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('a', 1))
      const slow = browser.copy()
      const { token } = slow
      const code = await slow.visit(async () => {
        const session = await getSession()
        const id = String(session.id)
        await browser.visit(async () => (await getSession()).flush())
        const attempts = {
          set: () => session.set('a', 2),
          update: () =>
            session.update((draft) => {
              draft.a = 2
            }),
          pop: () => session.pop('a'),
          setDefault: () => session.setDefault('b', 2),
          cycleKey: () => session.cycleKey(),
          login: () => session.login('x'),
          setExpiry: () => session.setExpiry(60),
        }
        return [await codeOf(attempts[writer]()), await get(id), session.get('a')]
      })
      expect(code).toEqual(['INTERRUPTED', null, undefined])
      expect(slow.token).toBe(token)
    },
  )

  rule('a-rotated-token-never-sees-newer-data')(
    'a request whose token is rotated meanwhile never reads the new data and sends no cookie',
    async () => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('a', 1))
      const stale = browser.copy()
      const { value, setCookies } = await stale.request(async () => {
        const session = await getSession()
        await browser.visit(async () => {
          const other = await getSession()
          await other.login('victim')
          await other.set('private', 'yes')
        })
        return [await codeOf(session.set('b', 2)), await codeOf(session.set('c', 3)), session.userId, session.has('private')]
      })
      expect(value).toEqual(['INTERRUPTED', 'INTERRUPTED', null, false])
      expect(setCookies).toEqual([])
      expect(await browser.visit(async () => (await getSession()).data)).toEqual({ a: 1, private: 'yes' })
    },
  )

  rule('a-deleted-session-revokes-no-others')(
    'revokeOthers on a session that was deleted meanwhile deletes no session',
    async () => {
      const { getSession } = make()
      const userId = `victim ${storeName}`
      const [victim, thief] = [new FakeBrowser(), new FakeBrowser()]
      for (const browser of [victim, thief]) await browser.visit(async () => (await getSession()).login(userId))
      const code = await thief.visit(async () => {
        const session = await getSession()
        await victim.visit(async () => (await getSession()).revokeOthers())
        return codeOf(session.revokeOthers())
      })
      expect(code).toBe('INTERRUPTED')
      expect(await victim.visit(async () => (await getSession()).userId)).toBe(userId)
    },
  )
})
