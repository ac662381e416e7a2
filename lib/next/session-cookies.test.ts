import { expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { codeOf, describeSessions } from '../../test/describe-sessions'

describeSessions('the cookie and the refresh after a write', ({ rule, make }) => {
  it('every write while a page renders rejects with READ_ONLY and changes nothing', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 1))
    const { value, setCookies } = await browser.request(
      async () => {
        const session = await getSession()
        const writers = [
          session.set('a', 2),
          session.delete('a'),
          session.clear(),
          session.update((draft) => {
            draft.a = 3
          }),
          session.pop('a'),
          session.setDefault('b', 1),
          session.flush(),
          session.logout(),
          session.cycleKey(),
          session.login('1'),
          session.setExpiry(60),
          session.revokeOthers(),
          session.setTestCookie(),
        ]
        return Promise.all(writers.map(codeOf))
      },
      { context: 'render' },
    )
    expect(new Set(value)).toEqual(new Set(['READ_ONLY']))
    expect(setCookies).toEqual([])
    expect(await browser.visit(async () => (await getSession()).data)).toEqual({ a: 1 })
  })

  it('the READ_ONLY error names the method and says that a page renders', async () => {
    const { getSession } = make()
    const write = new FakeBrowser().visit(async () => (await getSession()).cycleKey(), { context: 'render' })
    await expect(write).rejects.toThrow(/session\.cycleKey\(\) was called while a page renders/)
  })

  rule('a-handler-sends-only-a-changed-cookie')(
    'a route handler sends the cookie only if the token or the expiry changed',
    async () => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      const sent = async (write: (session: Awaited<ReturnType<typeof getSession>>) => Promise<unknown>) => {
        const { setCookies } = await browser.request(async () => write(await getSession()))
        return setCookies.length
      }
      expect(await sent((session) => session.set('a', 1))).toBe(1)
      expect(await sent((session) => session.set('a', 2))).toBe(0)
      expect(await sent((session) => session.delete('a'))).toBe(0)
      expect(await sent((session) => session.cycleKey())).toBe(1)
      expect(await sent((session) => session.setExpiry('2h'))).toBe(1)
      expect(await sent((session) => session.login(1))).toBe(1)
      expect(await sent((session) => session.flush())).toBe(1)
      expect(browser.cookies).toEqual({})
    },
  )

  rule('an-action-refreshes-as-asked')(
    'a set in a server action refreshes every page, the current page or no page, as its refresh option says',
    async () => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('a', 1))
      const { token } = browser
      const act = (refresh?: 'page' | false) =>
        browser.request(async () => (await getSession()).set('a', 2, refresh === undefined ? {} : { refresh }), {
          context: 'action',
        })
      const [sent, page, neither] = [await act(), await act('page'), await act(false)]
      expect(sent.setCookies.map(({ name, maxAge }) => [name, maxAge])).toEqual([['session-refresh', 0]])
      expect(browser.token).toBe(token)
      expect([page.setCookies.length, page.refreshed]).toEqual([0, true])
      expect([neither.setCookies.length, neither.refreshed]).toEqual([0, false])
    },
  )
})
