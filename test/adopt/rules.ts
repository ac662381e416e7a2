import { createGuard } from 'coatcheck/middleware'
import { type NextFetchEvent, NextRequest } from 'next/server.js'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../browser'
import {
  type AdoptingSessions,
  type Cookies,
  headerOf,
  movedApp,
  type OldApp,
  openShared,
  type SharedDatabase,
  secret,
} from './old-app'

/**
 * The rules that hold for the sessions of every library that the guides move. `open` starts the old app. Only a library with a
 * table can delete a session.
 */
export function adoptionRules(
  library: string,
  { hasTable }: { readonly hasTable: boolean },
  open: (database: SharedDatabase) => Promise<OldApp>,
): void {
  describe(`the guide from ${library}`, () => {
    let database: SharedDatabase
    let old: OldApp
    let sessions: AdoptingSessions
    beforeAll(async () => {
      database = await openShared()
      old = await open(database)
      sessions = movedApp(database, old.adopt)
    })
    afterEach(() => {
      vi.useRealTimers()
    })
    afterAll(() => database?.close())

    const seen = async () => {
      const { id, userId } = await sessions.getSession()
      return { id, userId }
    }
    const rowsOf = async (userId: string) => (await sessions.list({ userId })).length
    const visit = <T>(browser: FakeBrowser, fn: () => Promise<T>, context: 'render' | 'action' | 'handler') =>
      browser.request(fn, { context })
    const userOnPage = async (cookies: Cookies) => (await visit(new FakeBrowser(cookies), seen, 'render')).value.userId
    const guarded = async (cookies: Cookies) => {
      const request = new NextRequest('http://localhost/account', { headers: { cookie: headerOf(cookies) } })
      return (await createGuard({ secret }, { adopt: old.adopt })(request, {} as NextFetchEvent)).status
    }

    it('a page shows the user of the old session at once, sets no cookie and stores nothing', async () => {
      const { userId, cookies } = await old.login()
      expect(await old.userOf(cookies)).toBe(userId)
      const { value, setCookies } = await visit(new FakeBrowser(cookies), seen, 'render')
      expect([value.userId, setCookies, await rowsOf(userId)]).toEqual([userId, [], 0])
      expect(await guarded(cookies)).toBe(200)
    })

    it.each(['action', 'handler'] as const)(
      'the first %s stores one row and removes the old cookie, and the next requests use that row',
      async (context) => {
        const { userId, cookies } = await old.login()
        const browser = new FakeBrowser(cookies)
        const { value } = await visit(browser, seen, context)
        expect(value).toEqual({ id: expect.any(String), userId })
        expect(Object.keys(browser.cookies)).toEqual(['session'])
        await old.expire()
        await old.revoke?.()
        expect((await visit(browser, seen, 'render')).value).toEqual(value)
        expect((await visit(browser, seen, 'action')).value).toEqual(value)
        expect(await rowsOf(userId)).toBe(1)
      },
    )

    it('a logout leaves neither cookie, so that the next request is anonymous', async () => {
      const browser = new FakeBrowser((await old.login()).cookies)
      await visit(browser, sessions.logout, 'action')
      expect([browser.cookies, (await visit(browser, seen, 'action')).value.userId]).toEqual([{}, null])
    })

    it('a forged cookie is not adopted', async () => {
      const { cookies } = await old.login()
      const forged = old.forge(cookies)
      expect(forged).not.toEqual(cookies)
      expect([await userOnPage(forged), await guarded(forged), await old.userOf(forged)]).toEqual([null, 307, null])
      expect((await visit(new FakeBrowser(forged), seen, 'action')).value).toEqual({ id: null, userId: null })
    })

    // The old library reads its session last, because some libraries delete an expired row when they read it.
    it('an expired session is not adopted', async () => {
      const { cookies } = await old.login()
      await old.expire()
      expect([await userOnPage(cookies), await guarded(cookies)]).toEqual([null, 307])
      expect(await old.userOf(cookies)).toBeNull()
    })

    if (!hasTable) return
    it('a session that the old library has deleted is not adopted', async () => {
      const { cookies } = await old.login()
      await old.revoke?.()
      expect([await userOnPage(cookies), await guarded(cookies)]).toEqual([null, 307])
      expect(await old.userOf(cookies)).toBeNull()
    })
  })
}
