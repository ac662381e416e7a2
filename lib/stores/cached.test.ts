import { cachedStore, redisStore } from 'coatcheck/redis'
import { memoryStore } from 'coatcheck/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { createIn, freshPrefix, redisClient } from '../../test/redis-stores'
import { gate, watch } from '../../test/watched'
import type { SessionStore } from '../core/store/store.ts'
import type { SessionRef, StoredSession } from '../core/store/stored-session.ts'
import { aSession, find, patch, policy, uuid, write } from './contract/tools.ts'

const opened: ReturnType<typeof redisClient>[] = []
afterEach(() => {
  for (const client of opened.splice(0)) client.destroy()
})

/** Returns a database, and cached stores of two processes in front of it that share one Redis. */
async function setUp() {
  const [prefix, database] = [freshPrefix(), watch(memoryStore())]
  const [a, b] = [redisClient(), redisClient()]
  opened.push(a, b)
  await a.connect()
  const cached = (client: typeof a) => cachedStore(database.store, redisStore(client, { prefix }), { redisTimeout: 5 })
  const key = (id: string) => `${prefix}cache:{${id}}`
  return { database, here: cached(a), there: cached(b), redis: a, prefix, key }
}

describe('a copy of a session in Redis', () => {
  it('the second read in any process returns the copy, which equals the row of the database', async () => {
    const { here, there, database } = await setUp()
    const at = new Date(Date.now() + 500_000)
    const data = { list: [], deep: { none: null }, long: 12345678901234567000 }
    const row = await createIn(here, { userId: 'u', ip: '::1', userAgent: '"ü"', data, expiry: { at } })
    const first = await find({ store: here }, row)
    for (const store of [here, there]) {
      const { secondsLeft = 0, secondsSinceSeen = 0, ...copy } = (await find({ store }, row)) ?? {}
      expect({ ...first, ...copy }).toEqual(first)
      expect(copy).toMatchObject({ expiry: { at }, createdAt: row.createdAt, authenticatedAt: row.authenticatedAt, data })
      expect([Math.abs(secondsLeft - row.secondsLeft) < 2, secondsSinceSeen < 2]).toEqual([true, true])
    }
    expect(database.reads).toBe(1)
  })

  it('the lifetime of a copy, cacheMaxAge, starts before the database is read', async () => {
    const { here, redis, key } = await setUp()
    const row = await createIn(here)
    await here.find(row)
    const [expires, at] = await Promise.all([redis.pExpireTime(key(row.id)), redis.hGet(key(row.id), 'at')])
    expect(expires - Number(at)).toBe(10_000)
  })

  it('secondsLeft is reduced by the age of a copy, and the database decides if the session has expired', async () => {
    const { here, database, redis, key } = await setUp()
    const row = await createIn(here)
    await here.find(row)
    await redis.hIncrBy(key(row.id), 'at', -900_000)
    const copy = await find({ store: here }, row)
    expect(copy?.secondsLeft).toBeCloseTo(100, 0)
    expect(copy?.secondsSinceSeen).toBeCloseTo(900, 0)
    await redis.hIncrBy(key(row.id), 'at', -200_000)
    expect((await find({ store: here }, row))?.secondsLeft).toBeCloseTo(1000, 0)
    expect(database.reads).toBe(2)
  })

  it('a copy that is not JSON is ignored, and the database is read', async () => {
    const { here, database, redis, key } = await setUp()
    const row = await createIn(here)
    await here.find(row)
    await redis.hSet(key(row.id), 'row', '{"half')
    expect((await find({ store: here }, row))?.id).toBe(row.id)
    expect(database.reads).toBe(2)
  })

  it('a copy is not returned for another token, and the absence of a session is not cached', async () => {
    const { here, database, redis, key } = await setUp()
    const row = await createIn(here)
    await here.find(row)
    expect(await here.find({ id: row.id, tokenHash: uuid() })).toBeNull()
    const unknown = { id: uuid(), tokenHash: uuid() }
    for (let i = 0; i < 2; i++) expect(await here.find(unknown)).toBeNull()
    expect(await redis.hExists(key(unknown.id), 'row')).toBe(0)
    expect(database.reads).toBe(4)
  })
})

/** Returns the parts of a session that a write changes, or 'rotated' or null. */
const stateOf = async (store: SessionStore, ref: SessionRef) => {
  const row = await store.find(ref)
  return row === null || row === 'rotated' ? row : [row.version, row.userId, row.expiry, row.data]
}

describe('a copy from before a write', () => {
  const changes: readonly [string, (store: SessionStore, row: StoredSession) => Promise<unknown>][] = [
    ['a set', (store, row) => store.update(row, write({ set: { a: 2 } }), policy)],
    ['a pop', (store, row) => store.update(row, { take: 'a', extendsExpiry: true }, policy)],
    ['a modify', (store, row) => store.modify(row, () => patch({ set: { a: 2 } }), policy, { timeoutMs: 1000 })],
    ['a new expiry rule', (store, row) => store.update(row, { expiry: { idleSeconds: 7 }, extendsExpiry: true }, policy)],
    ['a login', (store, row) => store.update(row, { userId: 'v', extendsExpiry: true }, policy)],
    ['a rotation', (store, row) => store.update(row, { tokenHash: uuid(), extendsExpiry: true }, policy)],
    ['a revoke', (store, row) => store.remove({ ids: [row.id] })],
    ['a revokeUser', (store) => store.remove({ userId: 'u' })],
    ['a login of another user', (store, row) => store.create(aSession({ userId: 'v' }), policy, row)],
  ]

  it.each(changes)('once %s is acknowledged, no process returns the copy from before it', async (_, change) => {
    const { here, there, database } = await setUp()
    const row = await createIn(here, { userId: 'u', data: { a: 1 } })
    const before = await stateOf(there, row)
    await change(here, row)
    const after = await stateOf(database.store, row)
    expect(after).not.toEqual(before)
    for (const store of [there, here]) expect(await stateOf(store, row)).toEqual(after)
  })

  it.each(changes)('a slow reader cannot store its copy after %s', async (_, change) => {
    const { here, there, database, redis, key } = await setUp()
    const row = await createIn(here, { userId: 'u', data: { a: 1 } })
    const { closed, open } = gate()
    database.gate = closed
    const slow = there.find(row)
    await expect.poll(() => database.reads).toBe(1)
    await change(here, row)
    open()
    expect(await slow).toMatchObject({ version: 1 }) // This read started before the write was acknowledged.
    expect(await redis.hExists(key(row.id), 'row')).toBe(0)
    expect(await stateOf(there, row)).toEqual(await stateOf(database.store, row))
  })

  it('a slow reader cannot store its copy after Redis has evicted its lease, even if another reader has taken a new lease', async () => {
    for (const hasOtherReader of [false, true]) {
      const { here, there, database, redis, key } = await setUp()
      const row = await createIn(here, { data: { a: 1 } })
      const [first, second] = [gate(), gate()]
      database.gate = first.closed
      const slow = there.find(row)
      await expect.poll(() => database.reads).toBe(1)
      await redis.del(key(row.id)) // Redis does the same when its memory is full.
      await here.update(row, write({ set: { a: 2 } }), policy)
      database.gate = second.closed
      const other = hasOtherReader ? here.find(row) : null
      if (other) await expect.poll(() => database.reads).toBe(2)
      first.open()
      await slow
      expect(await redis.hExists(key(row.id), 'row')).toBe(0)
      second.open()
      await other
      expect((await find({ store: there }, row))?.data).toEqual({ a: 2 })
    }
  })

  it.each([
    ['', false],
    [', even if the result of the write is unknown', true],
  ])('a write deletes the copy before and after it changes the database%s', async (_, fails) => {
    const { there, database, redis, prefix, key } = await setUp()
    const row = await createIn(there, { data: { a: 1 } })
    await there.find(row)
    const update: SessionStore['update'] = async (...args) => {
      expect(await redis.exists(key(row.id))).toBe(0)
      expect((await find({ store: there }, row))?.data).toEqual({ a: 1 })
      expect(await redis.hExists(key(row.id), 'row')).toBe(1)
      const updated = await database.store.update(...args)
      if (fails) throw new Error('the connection broke')
      return updated
    }
    const here = cachedStore({ ...database.store, update }, redisStore(redis, { prefix }))
    const written = here.update(row, write({ set: { a: 2 } }), policy).then(() => 'written')
    expect(await written.catch((error: Error) => error.message)).toBe(fails ? 'the connection broke' : 'written')
    expect((await find({ store: there }, row))?.data).toEqual({ a: 2 })
  })
})

describe('a lease', () => {
  it('a reader leaves the lease of another reader alone for a second, and then takes it', async () => {
    const { here, there, database, redis, key } = await setUp()
    const row = await createIn(here)
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

describe('the options of cachedStore', () => {
  it.each([{ cacheMaxAge: 0 }, { redisTimeout: -1 }])(
    'the options %j are rejected with CONFIG_INVALID at the first use',
    async (options) => {
      const client = redisClient()
      const store = cachedStore(memoryStore(), redisStore(client), options)
      await expect(store.find({ id: uuid(), tokenHash: uuid() })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    },
  )
})
