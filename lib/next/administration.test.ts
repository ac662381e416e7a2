import { createSessions, type SessionError, type SessionEvent } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'

/** Returns sessions in memory, their clock and their events. */
function inMemory() {
  const events: SessionEvent[] = []
  let now = Date.now()
  let isDown = false
  const store = memoryStore({ now: () => now })
  const clearExpired = store.clearExpired.bind(store)
  store.clearExpired = async (limit) => {
    if (isDown) throw new Error('down')
    return clearExpired(limit)
  }
  const sessions = createSessions<{ name: string }>({
    secret: 'a secret for tests, 32 characters',
    store,
    autoClear: false,
    maxAge: 100,
    onEvent: (event) => void events.push(event),
  })
  const newSession = (userId?: string) =>
    new FakeBrowser().visit(async () => {
      const session = await sessions.getSession()
      await (userId === undefined ? session.set('name', 'Zoë') : session.login(userId))
      return session.id ?? expect.unreachable()
    })
  const elapse = (seconds: number) => {
    now += seconds * 1000
  }
  const fail = () => {
    isDown = true
  }
  return { sessions, events, newSession, elapse, fail }
}

/** Returns the code with which a promise rejects, or 'resolved'. */
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: SessionError) => error.code,
  )

describe('the administration of sessions', () => {
  it('an event names the operator who revoked or cleared sessions, or null if the caller named none', async () => {
    const { sessions, events, newSession, elapse } = inMemory()
    const ids = [await newSession('u'), await newSession('u'), await newSession('u')]
    await sessions.revoke(ids[0] ?? '', { by: 'root' })
    await sessions.revoke(ids[1] ?? '')
    await sessions.revokeUser('u', { by: 'root' })
    await newSession()
    elapse(101)
    await sessions.clearExpired({ by: 'cron' })
    await newSession()
    elapse(101)
    await sessions.clearExpired()
    const administrative = events.filter(({ type }) => type === 'revoked' || type === 'expired')
    expect(administrative).toEqual([
      { type: 'revoked', sessions: [{ id: ids[0], userId: 'u' }], by: 'root' },
      { type: 'revoked', sessions: [{ id: ids[1], userId: 'u' }], by: null },
      { type: 'revoked', sessions: [{ id: ids[2], userId: 'u' }], by: 'root' },
      { type: 'expired', count: 1, by: 'cron' },
      { type: 'expired', count: 1, by: null },
    ])
  })

  it('an undefined userId and an invalid except are rejected, and no session is revoked or listed', async () => {
    const { sessions, events, newSession } = inMemory()
    const id = await newSession('u')
    const owner = { userId: undefined } as unknown as { userId: string }
    expect(await codeOf(sessions.revoke(id, owner))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.list(owner))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.revokeUser('u', { except: id.toUpperCase() }))).toBe('DATA_INVALID')
    expect(events.filter(({ type }) => type === 'revoked')).toEqual([])
    expect(await sessions.revokeUser('u', { except: null })).toBe(1)
  })

  it('clearExpired emits an event for the sessions that it deleted before the store failed', async () => {
    const { sessions, events, newSession, elapse, fail } = inMemory()
    for (let i = 0; i < 3; i++) await newSession()
    elapse(101)
    expect(await codeOf(sessions.clearExpired({ batchSize: 2, onProgress: fail }))).toBe('STORE_FAILED')
    expect(events.at(-1)).toEqual({ type: 'expired', count: 2, by: null })
  })

  it('revokeOthers emits an event that names the user as the operator', async () => {
    const { sessions, events, newSession } = inMemory()
    const other = await newSession('u')
    await new FakeBrowser().visit(async () => {
      const session = await sessions.getSession()
      await session.login('u')
      await session.revokeOthers()
    })
    expect(events.at(-1)).toEqual({ type: 'revoked', sessions: [{ id: other, userId: 'u' }], by: 'u' })
  })

  it('a listed session has its size in bytes, including the library’s own data, and its state', async () => {
    const { sessions, newSession, elapse } = inMemory()
    const id = await newSession()
    expect(await sessions.get(id)).toMatchObject({ dataBytes: '{"name": "Zoë"}'.length + 1, active: true })
    const flashed = await new FakeBrowser().visit(async () => {
      const session = await sessions.getSession()
      await session.flash('saved', true)
      return session.id ?? ''
    })
    const info = await sessions.get(flashed)
    expect(info?.data).toEqual({})
    expect(info?.dataBytes).toBeGreaterThan(20)
    elapse(101)
    expect(await sessions.get(id)).toMatchObject({ active: false })
  })

  it('the page before the second page is the first page, in each order', async () => {
    const { sessions, newSession, elapse } = inMemory()
    for (let i = 0; i < 5; i++) {
      await newSession()
      elapse(1)
    }
    for (const sort of ['created', 'lastSeen'] as const) {
      const first = await sessions.list({ sort, limit: 2 })
      const second = await sessions.list({ sort, limit: 2, after: first.at(-1) })
      expect(await sessions.list({ sort, limit: 2, before: second[0] })).toEqual(first)
    }
    const [newest, next] = await sessions.list()
    expect(await sessions.list({ before: next?.id })).toEqual([newest])
  })

  it('a page with both after and before, an invalid row, an unknown status or an unknown order is rejected', async () => {
    const { sessions, newSession } = inMemory()
    const [row] = [await newSession()].map((id) => ({ id, lastSeenAt: new Date() }))
    expect(await codeOf(sessions.list({ after: row, before: row }))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.list({ before: 'x' }))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.list({ status: 'gone' as 'expired' }))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.list({ sort: 'id' as 'created' }))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.list({ before: row?.id, sort: 'lastSeen' }))).toBe('DATA_INVALID')
  })

  it('statistics count all sessions by state, start and browser', async () => {
    const { sessions, newSession, elapse } = inMemory()
    await newSession()
    elapse(101)
    await newSession('u')
    await newSession()
    const { hours, days, userAgents, ...counts } = await sessions.stats()
    expect(counts).toEqual({ active: 2, signedIn: 1, expired: 1, estimated: false })
    for (const counts of [hours, days]) expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(3)
    expect(userAgents).toEqual([{ userAgent: null, count: 2 }])
  })
})
