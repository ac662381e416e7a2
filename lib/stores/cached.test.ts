import { cachedStore, redisStore } from 'coatcheck/redis'
import { memoryStore } from 'coatcheck/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { beginIn, freshPrefix, redisClient } from '../../test/redis-stores'
import { gate, watch } from '../../test/watched'
import type { SessionRef, SessionStore, StoredSession } from '../core/store/store.ts'
import { aSession, patch, policy, uuid, write } from './contract/tools.ts'

const opened: ReturnType<typeof redisClient>[] = []
afterEach(() => {
  for (const client of opened.splice(0)) client.destroy()
})

/** A database, and two processes that keep copies of it in one Redis. */
async function setUp() {
  const [prefix, database] = [freshPrefix(), watch(memoryStore())]
  const [a, b] = [redisClient(), redisClient()]
  opened.push(a, b)
  await a.connect()
  const cached = (client: typeof a) => cachedStore(database.store, redisStore(client, { prefix }), { redisTimeout: 5 })
  const key = (id: string) => `${prefix}cache:{${id}}`
  return { database, here: cached(a), there: cached(b), redis: a, prefix, key }
}

describe('a copy in Redis', () => {
  it('spares the database the second read, in every process, and is the row as the database gave it', async () => {
    const { here, there, database } = await setUp()
    const at = new Date(Date.now() + 500_000)
    const data = { list: [], deep: { none: null }, long: 12345678901234567000 }
    const row = await beginIn(here, { userId: 'u', ip: '::1', userAgent: '"ü"', data, expiry: { at } })
    const first = await here.find(row)
    for (const store of [here, there]) {
      const { secondsLeft = 0, secondsSinceSeen = 0, ...copy } = (await store.find(row)) ?? {}
      expect({ ...first, ...copy }).toEqual(first)
      expect(copy).toMatchObject({ expiry: { at }, createdAt: row.createdAt, authenticatedAt: row.authenticatedAt, data })
      expect([Math.abs(secondsLeft - row.secondsLeft) < 2, secondsSinceSeen < 2]).toEqual([true, true])
    }
    expect(database.reads).toBe(1)
  })

  it('lives from before the database was read, for cacheMaxAge at most', async () => {
    const { here, redis, key } = await setUp()
    const row = await beginIn(here)
    await here.find(row)
    const [ends, at] = await Promise.all([redis.pExpireTime(key(row.id)), redis.hGet(key(row.id), 'at')])
    expect(ends - Number(at)).toBe(10_000)
  })

  it('grows older: what is left of the session shrinks, and whether it has ended the database says', async () => {
    const { here, database, redis, key } = await setUp()
    const row = await beginIn(here)
    await here.find(row)
    await redis.hIncrBy(key(row.id), 'at', -900_000)
    const copy = await here.find(row)
    expect(copy?.secondsLeft).toBeCloseTo(100, 0)
    expect(copy?.secondsSinceSeen).toBeCloseTo(900, 0)
    await redis.hIncrBy(key(row.id), 'at', -200_000)
    expect((await here.find(row))?.secondsLeft).toBeCloseTo(1000, 0)
    expect(database.reads).toBe(2)
  })

  it('is not shown to another token, and no session that is not there is kept', async () => {
    const { here, database, redis, key } = await setUp()
    const row = await beginIn(here)
    await here.find(row)
    expect(await here.find({ id: row.id, tokenHash: uuid() })).toBeNull()
    const unknown = { id: uuid(), tokenHash: uuid() }
    for (let i = 0; i < 2; i++) expect(await here.find(unknown)).toBeNull()
    expect(await redis.hExists(key(unknown.id), 'row')).toBe(0)
    expect(database.reads).toBe(4)
  })
})

/** What a write changes; null for a session that has ended. */
const stateOf = async (store: SessionStore, ref: SessionRef) => {
  const row = await store.find(ref)
  return row && [row.version, row.userId, row.expiry, row.data]
}

describe('a copy from before a write', () => {
  const changes: readonly [string, (store: SessionStore, row: StoredSession) => Promise<unknown>][] = [
    ['a set', (store, row) => store.update(row, write({ set: { a: 2 } }), policy)],
    ['a pop', (store, row) => store.update(row, { take: 'a', extendsExpiry: true }, policy)],
    ['a modify', (store, row) => store.modify(row, () => patch({ set: { a: 2 } }), policy, { timeoutMs: 1000 })],
    ['a new rule', (store, row) => store.update(row, { expiry: { idleSeconds: 7 }, extendsExpiry: true }, policy)],
    ['a login', (store, row) => store.update(row, { userId: 'v', extendsExpiry: true }, policy)],
    ['a rotation', (store, row) => store.update(row, { tokenHash: uuid(), extendsExpiry: true }, policy)],
    ['a flush', (store, row) => store.remove(row)],
    ['a revoke', (store, row) => store.remove({ ids: [row.id] })],
    ['a revokeUser', (store) => store.remove({ userId: 'u' })],
    ['a login as somebody else', (store, row) => store.create(aSession({ userId: 'v' }), policy, row)],
  ]

  it.each(changes)('is gone once %s is acknowledged, in the other process, too', async (_, change) => {
    const { here, there, database } = await setUp()
    const row = await beginIn(here, { userId: 'u', data: { a: 1 } })
    const before = await stateOf(there, row)
    await change(here, row)
    const after = await stateOf(database.store, row)
    expect(after).not.toEqual(before)
    for (const store of [there, here]) expect(await stateOf(store, row)).toEqual(after)
  })

  it.each(changes)('is refused when a slow reader brings it after %s', async (_, change) => {
    const { here, there, database, redis, key } = await setUp()
    const row = await beginIn(here, { userId: 'u', data: { a: 1 } })
    const { closed, open } = gate()
    database.gate = closed
    const slow = there.find(row)
    await expect.poll(() => database.reads).toBe(1)
    await change(here, row)
    open()
    expect((await slow)?.version).toBe(1) // it began before the write was acknowledged
    expect(await redis.hExists(key(row.id), 'row')).toBe(0)
    expect(await stateOf(there, row)).toEqual(await stateOf(database.store, row))
  })

  it('is refused when Redis has evicted the lease meanwhile, also if somebody else has taken a new one', async () => {
    for (const meanwhile of ['nobody', 'another reader']) {
      const { here, there, database, redis, key } = await setUp()
      const row = await beginIn(here, { data: { a: 1 } })
      const [first, second] = [gate(), gate()]
      database.gate = first.closed
      const slow = there.find(row)
      await expect.poll(() => database.reads).toBe(1)
      await redis.del(key(row.id)) // as Redis does when memory is short
      await here.update(row, write({ set: { a: 2 } }), policy)
      database.gate = second.closed
      const other = meanwhile === 'nobody' ? null : here.find(row)
      if (other) await expect.poll(() => database.reads).toBe(2)
      first.open()
      await slow
      expect(await redis.hExists(key(row.id), 'row')).toBe(0)
      second.open()
      await other
      expect((await there.find(row))?.data).toEqual({ a: 2 })
    }
  })

  it.each([
    ['', false],
    [', also when the database does not say what became of it', true],
  ])(
    'is evicted before the write, in case its process dies, and after it, since it may have been read between%s',
    async (_, fails) => {
      const { there, database, redis, prefix, key } = await setUp()
      const row = await beginIn(there, { data: { a: 1 } })
      await there.find(row)
      const update: SessionStore['update'] = async (...args) => {
        expect(await redis.exists(key(row.id))).toBe(0)
        expect((await there.find(row))?.data).toEqual({ a: 1 })
        expect(await redis.hExists(key(row.id), 'row')).toBe(1)
        const updated = await database.store.update(...args)
        if (fails) throw new Error('the connection broke')
        return updated
      }
      const here = cachedStore({ ...database.store, update }, redisStore(redis, { prefix }))
      const written = here.update(row, write({ set: { a: 2 } }), policy).then(() => 'written')
      expect(await written.catch((error: Error) => error.message)).toBe(fails ? 'the connection broke' : 'written')
      expect((await there.find(row))?.data).toEqual({ a: 2 })
    },
  )
})

describe('a lease', () => {
  it('is left to its holder, and taken over from one that does not come back', async () => {
    const { here, there, database, redis, key } = await setUp()
    const row = await beginIn(here)
    const { closed, open } = gate()
    database.gate = closed
    const holder = here.find(row)
    await expect.poll(() => database.reads).toBe(1)
    const lease = await redis.hGet(key(row.id), 'lease')
    const other = there.find(row)
    await expect.poll(() => database.reads).toBe(2)
    expect(await redis.hGet(key(row.id), 'lease')).toBe(lease)
    await redis.hIncrBy(key(row.id), 'at', -1001)
    const successor = there.find(row)
    await expect.poll(() => database.reads).toBe(3)
    expect(await redis.hGet(key(row.id), 'lease')).not.toBe(lease)
    open()
    await Promise.all([holder, other, successor])
    await there.find(row)
    expect(database.reads).toBe(3)
  })
})

describe('wrong options', () => {
  it.each([{ cacheMaxAge: 0 }, { redisTimeout: -1 }])('%j are CONFIG_INVALID, at the first use', async (options) => {
    const client = redisClient()
    const store = cachedStore(memoryStore(), redisStore(client), options)
    await expect(store.find({ id: uuid(), tokenHash: uuid() })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
