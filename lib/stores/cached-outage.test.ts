import { createSessions } from 'coatcheck'
import { type CachedStoreOptions, cachedStore, type RedisClient, redisStore } from 'coatcheck/redis'
import { memoryStore } from 'coatcheck/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { freePort } from '../../test/postgres'
import { startRedis } from '../../test/redis'
import { createIn, freshPrefix, redisClient } from '../../test/redis-stores'
import { layWire } from '../../test/tcp-proxy'
import { redisUrl } from '../../test/use-redis'
import { watch } from '../../test/watched'
import type { SessionStore } from '../core/store/store.ts'
import type { StoredSession } from '../core/store/stored-session.ts'
import { aSession, find, patch, policy, uuid, write } from './contract/tools.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Returns a database and the cached stores of two processes. `near` reaches Redis through `proxy`, `far` directly. */
async function setUp(options: CachedStoreOptions = {}) {
  const [prefix, database, proxy] = [freshPrefix(), watch(memoryStore()), await layWire(redisUrl)]
  const [nearClient, farClient] = [redisClient(proxy.url), redisClient()]
  closing.push(
    () => nearClient.destroy(),
    () => farClient.destroy(),
    () => proxy.close(),
  )
  const store = (client: typeof nearClient) => cachedStore(database.store, redisStore(client, { prefix }), options)
  const [near, far] = [store(nearClient), store(farClient)]
  for (const connected of [near, far]) await connected.find({ id: uuid(), tokenHash: uuid() })
  database.reads = 0
  return { database, proxy, near, far, nearClient }
}

/** Collects the warnings from now on instead of printing them. */
function collectWarnings(): string[] {
  const warned: string[] = []
  vi.mocked(console.warn).mockImplementation((text) => void warned.push(text))
  closing.push(() => vi.mocked(console.warn).mockClear())
  return warned
}

const seconds = async (promise: Promise<unknown>) => {
  const started = performance.now()
  await promise
  return (performance.now() - started) / 1000
}

describe.each(['takeDown', 'silence'] as const)('a process that cannot reach Redis (%s)', (how) => {
  it('a process without Redis uses the database, logs one warning, and uses Redis again when it is back', async () => {
    const { near, database, proxy } = await setUp()
    const warned = collectWarnings()
    const row = await createIn(near, { data: { a: 1 } })
    await near.find(row)
    proxy[how]()
    expect(await seconds(near.find(row))).toBeLessThan(0.6)
    expect(await seconds(Promise.all(Array.from({ length: 50 }, () => near.find(row))))).toBeLessThan(0.2)
    expect(await seconds(near.update(row, write({ set: { a: 2 } }), policy))).toBeLessThan(1)
    expect((await find({ store: near }, row))?.data).toEqual({ a: 2 })
    expect(warned).toEqual([expect.stringMatching(/^coatcheck: Redis failed \(\w+\)\. .* Check that Redis is running/)])
    proxy.resume()
    await expect.poll(() => usesRedis(near, row, database), { timeout: 60_000 }).toBe(true)
    expect((await find({ store: near }, row))?.data).toEqual({ a: 2 })
    proxy[how]()
    await near.find(row)
    expect(warned).toHaveLength(2)
  })

  it('an operation that takes access away resolves only when no other process can still read the session', async () => {
    collectWarnings()
    const revocations: Record<string, (store: SessionStore, row: StoredSession) => Promise<unknown>> = {
      revoke: (store, row) => store.remove({ ids: [row.id] }),
      revokeUser: (store) => store.remove({ userId: 'u' }),
      cycleKey: (store, row) => store.update(row, { tokenHash: uuid(), extendsExpiry: true }, policy),
      setExpiry: (store, row) => store.update(row, { expiry: { idleSeconds: -1 }, extendsExpiry: true }, policy),
      login: (store, row) => store.create(aSession({ userId: 'v' }), policy, row),
    }
    const outcomes = Object.entries(revocations).map(async ([name, revoke]) => {
      const { near, far, database, proxy } = await setUp({ cacheMaxAge: 2 })
      const row = await createIn(near, { userId: 'u' })
      await far.find(row)
      proxy[how]()
      const revoked = revoke(near, row).then(() => 'resolved')
      const isOpenIn = async (store: SessionStore) => {
        const found = await store.find(row)
        return found !== null && found !== 'rotated'
      }
      await expect.poll(() => isOpenIn(database.store)).toBe(false)
      const isStillOpen = await isOpenIn(far) // The operation has to wait because of this copy.
      const first = await Promise.race([revoked, isOpenIn(near)])
      await revoked
      return [name, isStillOpen, first, await isOpenIn(far)]
    })
    expect(await Promise.all(outcomes)).toEqual(Object.keys(revocations).map((name) => [name, true, false, false]))
  })
})

describe('a write while Redis cannot confirm that the copy is deleted', () => {
  it('a plain write is acknowledged at once, and other processes read the old copy for at most cacheMaxAge', async () => {
    const { near, far, proxy } = await setUp({ cacheMaxAge: 2 })
    collectWarnings()
    const row = await createIn(near, { data: { a: 1 } })
    await far.find(row)
    proxy.takeDown()
    const started = performance.now()
    const add = () => patch({ set: { a: 2 } })
    expect(await seconds(near.modify(row, add, policy, { timeoutMs: 1000 }))).toBeLessThan(1)
    expect((await find({ store: far }, row))?.data).toEqual({ a: 1 })
    await expect.poll(async () => (await find({ store: far }, row))?.data, { timeout: 60_000, interval: 20 }).toEqual({ a: 2 })
    expect(performance.now() - started).toBeLessThan(3000)
  })

  it('the copy is deleted as soon as Redis is back, and a revocation then resolves', async () => {
    const { near, far, database, proxy, nearClient } = await setUp({ cacheMaxAge: 60 })
    collectWarnings()
    const row = await createIn(near)
    await far.find(row)
    proxy.takeDown()
    await expect.poll(() => nearClient.isReady).toBe(false)
    const revoked = near.remove({ ids: [row.id] })
    await expect.poll(() => database.store.find(row)).toBeNull()
    proxy.resume()
    expect(await seconds(revoked)).toBeLessThan(10)
    expect(await far.find(row)).toBeNull()
  })
})

describe.each(['refuses', 'hangs'] as const)('a Redis with one shard that %s', (how) => {
  /** Returns a cached store, and a function that moves sessions to a shard that does not respond. */
  async function setUpShards() {
    const [client, onDeadShard] = [redisClient(), new Set<string>()]
    await client.connect()
    closing.push(() => client.destroy())
    const isDead = (key = '') => [...onDeadShard].some((id) => key.includes(id))
    const refuse = () => Promise.reject(Object.assign(new Error(), { code: 'ECONNREFUSED' }))
    const dead = () => (how === 'refuses' ? refuse() : new Promise<never>(() => {}))
    const sharded: RedisClient = {
      isOpen: true,
      connect: () => client.connect(),
      on: (event, listener) => client.on(event, listener),
      eval: (script, input) => (isDead(input.keys[0]) ? dead() : client.eval(script, input)),
      evalSha: (sha1, input) => (isDead(input.keys[0]) ? dead() : client.evalSha(sha1, input)),
    }
    const [prefix, database] = [freshPrefix(), watch(memoryStore())]
    const store = cachedStore(database.store, redisStore(sharded, { prefix }), { cacheMaxAge: 3 })
    const createCached = async (userId: string | null = null) => {
      const row = await createIn(store, { userId })
      await store.find(row)
      return row
    }
    return { store, database, createCached, moveToDeadShard: (row: StoredSession) => onDeadShard.add(row.id) }
  }

  it('operations on the other shards do not wait, and reads of their sessions use the copies', async () => {
    const warned = collectWarnings()
    const { store, database, createCached, moveToDeadShard } = await setUpShards()
    const [dead, cached, rotated, replaced] = [
      await createCached(),
      await createCached(),
      await createCached(),
      await createCached('u'),
    ]
    await createCached('v')
    moveToDeadShard(dead)
    await store.find(dead)
    const waiting = store.remove({ ids: [dead.id] }).then(() => 'waited')
    const operate = async () => {
      for (let i = 0; i < 4; i++) {
        await store.find(dead)
        expect(await seconds(store.update(rotated, { userId: 'u', extendsExpiry: true }, policy))).toBeLessThan(0.6)
      }
      expect(await seconds(store.create(aSession({ userId: 'w' }), policy, replaced))).toBeLessThan(0.6)
      expect(await seconds(store.remove({ userId: 'v' }))).toBeLessThan(0.6)
      database.reads = 0
      for (let i = 0; i < 3; i++) await store.find(cached)
      expect(database.reads).toBe(0)
      return 'did not wait'
    }
    expect(await Promise.race([operate(), waiting])).toBe('did not wait')
    expect(await waiting).toBe('waited')
    expect(warned).toHaveLength(1)
  })

  it('a revocation of several sessions waits only if one of them is on that shard, and the outage is logged once', async () => {
    const warned = collectWarnings()
    const { store, createCached, moveToDeadShard } = await setUpShards()
    const others = await Promise.all(Array.from({ length: 9 }, () => createCached()))
    const dead = await Promise.all(Array.from({ length: 5 }, () => createCached()))
    for (const row of dead) {
      moveToDeadShard(row)
      await store.find(row)
      await store.find(others[0] ?? row)
    }
    await Promise.all(dead.map((row) => store.update(row, write({ set: { a: 1 } }), policy)))
    expect(await seconds(store.remove({ ids: others.map(({ id }) => id) }))).toBeLessThan(0.6)
    expect(await seconds(store.remove({ ids: dead.map(({ id }) => id) }))).toBeGreaterThan(2)
    expect(warned).toHaveLength(1)
  })
})

it('if Redis does not run at the start, one warning is logged and reads take less than a second', async () => {
  const warned = collectWarnings()
  const client = redisClient(`redis://127.0.0.1:${await freePort()}`)
  closing.push(() => client.destroy())
  const store = cachedStore(memoryStore(), redisStore(client))
  const row = await createIn(store, { data: { a: 1 } })
  expect(await seconds(store.find(row))).toBeLessThan(1)
  expect((await find({ store }, row))?.data).toEqual({ a: 1 })
  expect(warned).toEqual([expect.stringContaining('Redis failed (ECONNREFUSED)')])
})

describe('the timeout of createSessions', () => {
  const secret = 'a secret for tests, 32 characters'

  it('the timeout does not apply to a revocation that waits for copies to expire', async () => {
    const { near, proxy } = await setUp({ cacheMaxAge: 1.5 })
    collectWarnings()
    const { getSession } = createSessions({ secret, store: near, timeout: 0.3 })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).login('u'))
    proxy.takeDown()
    expect(await seconds(browser.visit(async () => (await getSession()).logout()))).toBeGreaterThan(1.4)
    expect(browser.cookies).toEqual({})
  })

  it('the timeout applies to the database', async () => {
    const { near, database } = await setUp()
    const { getSession } = createSessions({ secret, store: near, timeout: 0.3 })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 1))
    database.gate = new Promise(() => {})
    const failure = browser.visit(getSession)
    expect(await seconds(failure.catch(() => {}))).toBeLessThan(1)
    await expect(failure).rejects.toMatchObject({ code: 'STORE_FAILED' })
  })
})

/** Returns true if a read no longer needs the database. */
async function usesRedis(store: SessionStore, row: { id: string; tokenHash: string }, database: { readonly reads: number }) {
  await store.find(row)
  const { reads } = database
  await store.find(row)
  return database.reads === reads
}

it('if the memory of Redis is full, reads use the database without a warning, and a revocation does not wait', async () => {
  const server = await startRedis()
  const client = redisClient(server.url)
  closing.push(
    () => client.destroy(),
    () => server.stop(),
  )
  const database = watch(memoryStore())
  const store = cachedStore(database.store, redisStore(client))
  const [copied, other] = [await createIn(store), await createIn(store)]
  for (const row of [copied, copied]) await store.find(row)
  await client.configSet('maxmemory', '1')
  database.reads = 0
  for (const row of [other, copied, other]) expect((await find({ store }, row))?.id).toBe(row.id)
  expect(database.reads, 'the copy is used').toBe(2)
  expect(await seconds(store.remove({ ids: [copied.id] }))).toBeLessThan(0.25)
})
