import { createSessions } from 'coatcheck'
import { type CachedStoreOptions, cachedStore, redisStore } from 'coatcheck/redis'
import { memoryStore } from 'coatcheck/testing'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { freePort } from '../../test/postgres'
import { startRedis } from '../../test/redis'
import { beginIn, freshPrefix, redisClient } from '../../test/redis-stores'
import { layWire } from '../../test/tcp-proxy'
import { watch } from '../../test/watched'
import type { SessionStore, StoredSession } from '../core/store/store.ts'
import { aSession, patch, policy, uuid, write } from './contract/tools.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A database with two processes before it; `near` has a way to Redis that can be cut, `far` one that cannot. */
async function setUp(options: CachedStoreOptions = {}) {
  const [prefix, database, proxy] = [freshPrefix(), watch(memoryStore()), await layWire(inject('redisUrl'))]
  const [mine, theirs] = [redisClient(proxy.url), redisClient()]
  closing.push(
    () => mine.destroy(),
    () => theirs.destroy(),
    () => proxy.close(),
  )
  const store = (client: typeof mine) => cachedStore(database.store, redisStore(client, { prefix }), options)
  const [near, far] = [store(mine), store(theirs)]
  for (const connected of [near, far]) await connected.find({ id: uuid(), tokenHash: uuid() })
  database.reads = 0
  return { database, proxy, near, far, mine }
}

/** What was warned about; from now on the test need not print it. */
function warnings(): string[] {
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
  it('goes on through the database, with one warning that names the remedy, and uses Redis again when it is back', async () => {
    const { near, database, proxy } = await setUp()
    const warned = warnings()
    const row = await beginIn(near, { data: { a: 1 } })
    await near.find(row)
    proxy[how]()
    expect(await seconds(near.find(row))).toBeLessThan(0.6)
    expect(await seconds(Promise.all(Array.from({ length: 50 }, () => near.find(row))))).toBeLessThan(0.2)
    expect(await seconds(near.update(row, write({ set: { a: 2 } }), policy))).toBeLessThan(1)
    expect((await near.find(row))?.data).toEqual({ a: 2 })
    expect(warned).toEqual([expect.stringMatching(/^coatcheck: Redis failed \(\w+\)\. .* Check that Redis runs/)])
    proxy.resume()
    await expect.poll(() => usesRedis(near, row, database), { timeout: 60_000 }).toBe(true)
    expect((await near.find(row))?.data).toEqual({ a: 2 })
    proxy[how]()
    await near.find(row)
    expect(warned).toHaveLength(2)
  })

  it('tells of what takes rights away only when no other process can still read the session', async () => {
    warnings()
    const revocations: Record<string, (store: SessionStore, row: StoredSession) => Promise<unknown>> = {
      flush: (store, row) => store.remove(row),
      revoke: (store, row) => store.remove({ ids: [row.id] }),
      revokeUser: (store) => store.remove({ userId: 'u' }),
      cycleKey: (store, row) => store.update(row, { tokenHash: uuid(), extendsExpiry: true }, policy),
      setExpiry: (store, row) => store.update(row, { expiry: { idleSeconds: -1 }, extendsExpiry: true }, policy),
      login: (store, row) => store.create(aSession({ userId: 'v' }), policy, row),
    }
    const outcomes = Object.entries(revocations).map(async ([name, revoke]) => {
      const { near, far, database, proxy } = await setUp({ cacheMaxAge: 2 })
      const row = await beginIn(near, { userId: 'u' })
      await far.find(row)
      proxy[how]()
      const revoked = revoke(near, row).then(() => 'told')
      await expect.poll(() => database.store.find(row)).toBeNull()
      const stillThere = (await far.find(row)) !== null // why it has to wait
      const early = await Promise.race([revoked, near.find(row)])
      await revoked
      return [name, stillThere, early, await far.find(row)]
    })
    expect(await Promise.all(outcomes)).toEqual(Object.keys(revocations).map((name) => [name, true, null, null]))
  })
})

describe('a write whose eviction Redis did not confirm', () => {
  it('is acknowledged at once, and others read the old copy for cacheMaxAge at most', async () => {
    const { near, far, proxy } = await setUp({ cacheMaxAge: 2 })
    warnings()
    const row = await beginIn(near, { data: { a: 1 } })
    await far.find(row)
    proxy.takeDown()
    const started = performance.now()
    const add = () => patch({ set: { a: 2 } })
    expect(await seconds(near.modify(row, add, policy, { timeoutMs: 1000 }))).toBeLessThan(1)
    expect((await far.find(row))?.data).toEqual({ a: 1 })
    await expect.poll(async () => (await far.find(row))?.data, { timeout: 60_000, interval: 20 }).toEqual({ a: 2 })
    expect(performance.now() - started).toBeLessThan(3000)
  })

  it('is evicted as soon as Redis is back, so that a revocation need not wait longer', async () => {
    const { near, far, database, proxy, mine } = await setUp({ cacheMaxAge: 60 })
    warnings()
    const row = await beginIn(near)
    await far.find(row)
    proxy.takeDown()
    await expect.poll(() => mine.isReady).toBe(false)
    const revoked = near.remove(row)
    await expect.poll(() => database.store.find(row)).toBeNull()
    proxy.resume()
    expect(await seconds(revoked)).toBeLessThan(10)
    expect(await far.find(row)).toBeNull()
  })
})

it('a Redis that is not there from the start costs one warning and next to no time', async () => {
  const warned = warnings()
  const client = redisClient(`redis://127.0.0.1:${await freePort()}`)
  closing.push(() => client.destroy())
  const store = cachedStore(memoryStore(), redisStore(client))
  const row = await beginIn(store, { data: { a: 1 } })
  expect(await seconds(store.find(row))).toBeLessThan(1)
  expect((await store.find(row))?.data).toEqual({ a: 1 })
  expect(warned).toEqual([expect.stringContaining('Redis failed (ECONNREFUSED)')])
})

describe('the timeout of createSessions', () => {
  const secret = 'a secret for tests, 32 characters'

  it('does not cut off a revocation that waits on purpose', async () => {
    const { near, proxy } = await setUp({ cacheMaxAge: 1.5 })
    warnings()
    const { getSession } = createSessions({ secret, store: near, timeout: 0.3 })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).login('u'))
    proxy.takeDown()
    expect(await seconds(browser.visit(async () => (await getSession()).logout()))).toBeGreaterThan(1.4)
    expect(browser.cookies).toEqual({})
  })

  it('cuts off the database', async () => {
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

/** Whether a read no longer needs the database. */
async function usesRedis(store: SessionStore, row: { id: string; tokenHash: string }, database: { readonly reads: number }) {
  await store.find(row)
  const { reads } = database
  await store.find(row)
  return database.reads === reads
}

it('before a Redis whose memory is full, reads go to the database in silence, and a revocation does not wait', async () => {
  const server = await startRedis()
  const client = redisClient(server.url)
  closing.push(
    () => client.destroy(),
    () => server.stop(),
  )
  const database = watch(memoryStore())
  const store = cachedStore(database.store, redisStore(client))
  const [copied, other] = [await beginIn(store), await beginIn(store)]
  for (const row of [copied, copied]) await store.find(row)
  await client.configSet('maxmemory', '1')
  database.reads = 0
  for (const row of [other, copied, other]) expect((await store.find(row))?.id).toBe(row.id)
  expect(database.reads, 'the copy is used').toBe(2)
  expect(await seconds(store.remove({ ids: [copied.id] }))).toBeLessThan(0.25)
})
