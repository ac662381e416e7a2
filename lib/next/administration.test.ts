import { createSessions, type SessionError, type SessionEvent } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'

/** Sessions in memory, a clock, and what `onEvent` is told. */
function trial() {
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
  const begin = (userId?: string) =>
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
  return { sessions, events, begin, elapse, fail }
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: SessionError) => error.code,
  )

describe('the server side', () => {
  it('tells who revoked and who cleared, as the caller said; else null', async () => {
    const { sessions, events, begin, elapse } = trial()
    const ids = [await begin('u'), await begin('u'), await begin('u')]
    await sessions.revoke(ids[0] ?? '', { by: 'root' })
    await sessions.revoke(ids[1] ?? '')
    await sessions.revokeUser('u', { by: 'root' })
    await begin()
    elapse(101)
    await sessions.clearExpired({ by: 'cron' })
    await begin()
    elapse(101)
    await sessions.clearExpired()
    const told = events.filter(({ type }) => type === 'revoked' || type === 'expired')
    expect(told).toEqual([
      { type: 'revoked', sessions: [{ id: ids[0], userId: 'u' }], by: 'root' },
      { type: 'revoked', sessions: [{ id: ids[1], userId: 'u' }], by: null },
      { type: 'revoked', sessions: [{ id: ids[2], userId: 'u' }], by: 'root' },
      { type: 'expired', count: 1, by: 'cron' },
      { type: 'expired', count: 1, by: null },
    ])
  })

  it('refuses an owner that is undefined, and an exception that is no id: nothing is ended, nothing listed', async () => {
    const { sessions, events, begin } = trial()
    const id = await begin('u')
    const owner = { userId: undefined } as unknown as { userId: string }
    expect(await codeOf(sessions.revoke(id, owner))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.list(owner))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.revokeUser('u', { except: id.toUpperCase() }))).toBe('DATA_INVALID')
    expect(events.filter(({ type }) => type === 'revoked')).toEqual([])
    expect(await sessions.revokeUser('u', { except: null })).toBe(1)
  })

  it('tells what was cleared before the store failed', async () => {
    const { sessions, events, begin, elapse, fail } = trial()
    for (let i = 0; i < 3; i++) await begin()
    elapse(101)
    expect(await codeOf(sessions.clearExpired({ batchSize: 2, onProgress: fail }))).toBe('STORE_FAILED')
    expect(events.at(-1)).toEqual({ type: 'expired', count: 2, by: null })
  })

  it('tells that it was the user who ended the others', async () => {
    const { sessions, events, begin } = trial()
    const other = await begin('u')
    await new FakeBrowser().visit(async () => {
      const session = await sessions.getSession()
      await session.login('u')
      await session.revokeOthers()
    })
    expect(events.at(-1)).toEqual({ type: 'revoked', sessions: [{ id: other, userId: 'u' }], by: 'u' })
  })

  it('shows how many bytes a session takes, the library’s own included, and whether it is active', async () => {
    const { sessions, begin, elapse } = trial()
    const id = await begin()
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

  it('pages back to the page that it came from', async () => {
    const { sessions, begin, elapse } = trial()
    for (let i = 0; i < 5; i++) {
      await begin()
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

  it('refuses a page with two edges, and an edge that is none', async () => {
    const { sessions, begin } = trial()
    const [row] = [await begin()].map((id) => ({ id, lastSeenAt: new Date() }))
    expect(await codeOf(sessions.list({ after: row, before: row }))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.list({ before: 'x' }))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.list({ status: 'gone' as 'expired' }))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.list({ sort: 'id' as 'created' }))).toBe('DATA_INVALID')
    expect(await codeOf(sessions.list({ before: row?.id, sort: 'lastSeen' }))).toBe('DATA_INVALID')
  })

  it('counts all sessions', async () => {
    const { sessions, begin, elapse } = trial()
    await begin()
    elapse(101)
    await begin('u')
    await begin()
    const { hours, days, userAgents, ...counts } = await sessions.stats()
    expect(counts).toEqual({ active: 2, signedIn: 1, expired: 1, estimated: false })
    for (const begun of [hours, days]) expect(begun.reduce((sum, { count }) => sum + count, 0)).toBe(3)
    expect(userAgents).toEqual([{ userAgent: null, count: 2 }])
  })
})
