import type { SessionEvent } from 'coatcheck'
import { expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { describeSessions } from '../../test/describe-sessions'

describeSessions('the administration of sessions', ({ storeName, rule, make, elapse, dropsExpired }) => {
  rule('operators-list-and-revoke-sessions')(
    'operators list, read, count and revoke sessions, and the list marks the current session',
    async () => {
      const { getSession, list, get, revoke, revokeUser, count } = make()
      const userId = `listed ${storeName}`
      const browser = new FakeBrowser()
      const id = await browser.visit(async () => {
        const session = await getSession()
        await session.login(userId)
        return String(session.id)
      })
      const other = new FakeBrowser()
      await other.visit(async () => (await getSession()).login(userId))
      const rows = await browser.visit(() => list({ userId }))
      expect(rows.filter(({ current }) => current).map((row) => row.id)).toEqual([id])
      expect(rows).toHaveLength(2)
      expect(await list({ userId, after: rows[0]?.id })).toHaveLength(1)
      expect(Object.keys(rows[0] ?? {})).not.toContain('tokenHash')
      expect((await get(id))?.userId).toBe(userId)
      expect([await get('no uuid'), await revoke('no uuid'), await revoke(id, { userId: 'another user' })]).toEqual([null, 0, 0])
      expect(await revoke([id], { userId })).toBe(1)
      expect(await browser.visit(async () => (await getSession()).userId)).toBeNull()
      expect(await revokeUser(userId)).toBe(1)
      expect(await count()).toBeGreaterThanOrEqual(0)
    },
  )

  rule('clears-expired-sessions-in-batches')(
    'clearExpired deletes expired sessions in batches and reports its progress',
    async () => {
      const { getSession, clearExpired } = make({ maxAge: 10 })
      await clearExpired()
      for (let i = 0; i < 3; i++) await new FakeBrowser().visit(async () => (await getSession()).set('a', i))
      await elapse(11)
      const progress: number[] = []
      expect(await clearExpired({ batchSize: 2, onProgress: (deleted) => progress.push(deleted) })).toBeGreaterThanOrEqual(
        dropsExpired() ? 0 : 3,
      )
      expect(progress.slice(0, 2)).toEqual(dropsExpired() ? [0] : [2, progress[1]])
      expect(await clearExpired({ signal: AbortSignal.abort() })).toBe(0)
    },
  )

  it('each change of a session emits an event with the id and without the token', async () => {
    const events: SessionEvent[] = []
    const { getSession } = make({ onEvent: (event) => void events.push(event) })
    const browser = new FakeBrowser()
    await browser.visit(async () => {
      const session = await getSession()
      await session.set('a', 1)
      await session.cycleKey()
      await session.login('u')
      await session.logout()
      await session.set('a', 1)
      await session.flush()
      await session.login('u')
    })
    await new FakeBrowser({ session: 'junk' }).visit(getSession)
    const types = ['created', 'cycled', 'login', 'logout', 'created', 'flushed', 'created', 'login', 'rejected']
    expect(events.map(({ type }) => type)).toEqual(types)
    expect(events.at(0)).toEqual({ type: 'created', id: expect.any(String), userId: null })
    expect(events.at(-2)).toEqual({ type: 'login', id: expect.any(String), userId: 'u' })
    expect(events.at(-1)).toEqual({ type: 'rejected', reason: 'malformed' })
    expect(JSON.stringify(events)).not.toContain(browser.token.split('.')[2])
  })

  rule('a-revocation-is-an-event')(
    'a revocation emits an event with the revoked sessions, and their tokens are reported as rejected',
    async () => {
      const events: SessionEvent[] = []
      const { getSession, revokeUser } = make({ onEvent: (event) => void events.push(event) })
      const browser = new FakeBrowser()
      const userId = `revoked ${storeName}`
      const id = await browser.visit(async () => {
        const session = await getSession()
        await session.login(userId)
        return session.id
      })
      await revokeUser(userId, { by: 'root' })
      await browser.visit(getSession)
      expect(events.slice(2)).toEqual([
        { type: 'revoked', sessions: [{ id, userId }], by: 'root' },
        { type: 'rejected', reason: 'unknown' },
      ])
    },
  )

  rule('clearing-is-an-event')(
    'clearExpired emits an event with the number of deleted sessions, unless the store drops them itself',
    async () => {
      const events: SessionEvent[] = []
      const { getSession, clearExpired } = make({ maxAge: 10, onEvent: (event) => void events.push(event) })
      await new FakeBrowser().visit(async () => (await getSession()).set('a', 1))
      await elapse(11)
      const count = await clearExpired({ by: 'cron' })
      const cleared = { type: 'expired', count: expect.any(Number), by: 'cron' }
      expect(events.filter(({ type }) => type === 'expired')).toEqual(dropsExpired() ? [] : [cleared])
      expect(count > 0).toBe(!dropsExpired())
    },
  )
})
