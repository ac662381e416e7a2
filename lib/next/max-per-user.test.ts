import { createSessions, type Json, type ServerOptions, type SessionEvent, type Sessions } from 'coatcheck'
import { type DriverRow, rowStore, type SessionStore } from 'coatcheck/store'
import { memoryStore } from 'coatcheck/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { implementations, type TestStore } from '../../test/stores'

const secret = 'a secret for tests, 32 characters'
let users = 0
const newUser = () => `user ${++users}`

async function login({ getSession }: Sessions<Record<string, Json>>, userId: string, browser = new FakeBrowser()) {
  const id = await browser.visit(async () => {
    const session = await getSession()
    await session.login(userId)
    return session.id
  })
  return { id: id ?? expect.unreachable(), browser }
}

// lib/core/options.test.ts shows that a cookie store cannot limit sessions.
describe.each(Object.entries(implementations).filter(([name]) => name !== 'cookie'))('maxPerUser, %s', (_, open) => {
  let under: TestStore
  beforeAll(async () => {
    under = await open()
  })
  afterAll(() => under.close())

  const make = (more: Partial<ServerOptions> = {}) =>
    createSessions({ secret, store: under.store, autoClear: false, maxPerUser: 3, ...more })

  it('a login deletes the least recently used sessions of its user and no session of another user', async () => {
    const [sessions, userId, other] = [make(), newUser(), newUser()]
    const others = [await login(sessions, other), await login(make(), other)]
    const made = []
    for (let i = 0; i < 5; i++) {
      made.push(await login(sessions, userId))
      await under.elapse(1)
    }
    const left = await sessions.list({ userId, sort: 'lastSeen' })
    expect(left.map(({ id }) => id)).toEqual([made[4]?.id, made[3]?.id, made[2]?.id])
    expect(await sessions.list({ userId: other })).toHaveLength(others.length)
    expect(await made[0]?.browser.visit(async () => (await sessions.getSession()).userId)).toBeNull()
  })

  it('a session that was used recently stays, even if it is older than the others', async () => {
    const [sessions, userId] = [make(), newUser()]
    const made = []
    for (let i = 0; i < 3; i++) {
      made.push(await login(sessions, userId))
      await under.elapse(1)
    }
    await under.elapse(600)
    await made[0]?.browser.visit(async () => (await sessions.getSession()).set('a', 1))
    await under.elapse(1)
    const last = await login(sessions, userId)
    const left = await sessions.list({ userId, sort: 'lastSeen' })
    expect(left.map(({ id }) => id)).toEqual([last.id, made[0]?.id, made[2]?.id])
  })

  it('a login keeps its own session, even if it is older than the others', async () => {
    const [sessions, userId] = [make({ maxPerUser: 1 }), newUser()]
    const browser = new FakeBrowser()
    await browser.visit(async () => (await sessions.getSession()).set('cart', 1))
    await under.elapse(1)
    await login(sessions, userId)
    await under.elapse(1)
    const { id } = await login(sessions, userId, browser)
    expect((await sessions.list({ userId })).map((session) => session.id)).toEqual([id])
    expect(await browser.visit(async () => (await sessions.getSession()).get('cart'))).toBe(1)
  })

  it('20 logins at the same time leave exactly maxPerUser sessions', async () => {
    const [sessions, userId] = [make(), newUser()]
    const made = await Promise.all(Array.from({ length: 20 }, () => login(sessions, userId)))
    const left = await sessions.list({ userId })
    expect(left).toHaveLength(3)
    const alive = await Promise.all(made.map(({ browser }) => browser.visit(async () => (await sessions.getSession()).userId)))
    expect(alive.filter((user) => user === userId)).toHaveLength(3)
  })

  it('a login emits an event with the sessions that it deleted and with the user as the operator', async () => {
    const events: SessionEvent[] = []
    const [sessions, userId] = [make({ maxPerUser: 1, onEvent: (event) => void events.push(event) }), newUser()]
    const { id } = await login(sessions, userId)
    await under.elapse(1)
    await login(sessions, userId)
    expect(events.map(({ type }) => type)).toEqual(['created', 'login', 'created', 'login', 'revoked'])
    expect(events.at(-1)).toEqual({ type: 'revoked', sessions: [{ id, userId }], by: userId })
  })
})

describe('a session above maxPerUser', () => {
  it('a session above maxPerUser stays if it is logged in again after the sessions were read', async () => {
    const rows = new Map<string, DriverRow>()
    const isAt = (id: string, revision: number) => (rows.get(id)?.revision ?? 0) === revision
    let now = Date.now()
    let meanwhile = async () => {}
    const store = rowStore({
      name: 'map',
      now: () => now,
      get: async (id) => rows.get(id) ?? null,
      put: async (row, expected) => isAt(row.id, expected) && Boolean(rows.set(row.id, row)),
      delete: async (id, expected) => {
        const first = meanwhile
        meanwhile = async () => {}
        await first()
        return isAt(id, expected) && rows.delete(id)
      },
      all: () => [...rows.values()],
    })
    const sessions = createSessions({ secret, store, maxPerUser: 1 })
    const old = await login(sessions, 'u')
    now += 1000
    meanwhile = async () => {
      now += 1000
      await login(sessions, 'u', old.browser)
    }
    await login(sessions, 'u')
    expect((await sessions.list({ userId: 'u' })).map(({ id }) => id)).toEqual([old.id])
  })
})

describe('a login that cannot delete other sessions', () => {
  it('a login that cannot delete the sessions above maxPerUser succeeds, sends its cookie and rejects with STORE_FAILED', async () => {
    const store = failingToRemove(memoryStore())
    const sessions = createSessions({ secret, store, maxPerUser: 1 })
    const browser = new FakeBrowser()
    await browser.visit(async () => {
      const session = await sessions.getSession()
      const failure = { code: 'STORE_FAILED', outcome: 'unknown', message: expect.stringContaining('The user is logged in') }
      await expect(session.login('u')).rejects.toMatchObject(failure)
      expect(session.userId).toBe('u')
    })
    expect(await browser.visit(async () => (await sessions.getSession()).userId)).toBe('u')
  })
})

/** Returns a store in which only `remove` fails. */
function failingToRemove(behind: SessionStore): SessionStore {
  return {
    name: behind.name,
    find: (ref) => behind.find(ref),
    create: (...args) => behind.create(...args),
    update: (...args) => behind.update(...args),
    modify: (...args) => behind.modify(...args),
    remove: async () => {
      throw new Error('no')
    },
    list: (page) => behind.list(page),
    count: (filter) => behind.count(filter),
    stats: () => behind.stats(),
    clearExpired: (limit) => behind.clearExpired(limit),
  }
}
