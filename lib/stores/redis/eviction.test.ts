import { cachedStore, redisStore } from 'coatcheck/redis'
import { memoryStore } from 'coatcheck/testing'
import { createCluster } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { command, type RedisServer, startRedis } from '../../../test/redis'
import { createIn, freshPrefix, redisClient } from '../../../test/redis-stores'
import { find } from '../contract/tools.ts'

describe.each([{ cluster: false }, { cluster: true }])('a Redis that may evict keys, %j', ({ cluster }) => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis({ cluster })
  })
  afterAll(() => server.stop())

  const closing: (() => unknown)[] = []
  afterEach(() => {
    for (const close of closing.splice(0)) close()
  })
  const aClient = (url = server.url) => {
    const client = cluster ? createCluster({ rootNodes: [{ url }] }) : redisClient(url)
    closing.push(() => client.destroy())
    return client
  }
  const configure = async (maxmemory: string, policy: string) => {
    await command(server.url, 'CONFIG', 'SET', 'maxmemory', maxmemory)
    await command(server.url, 'CONFIG', 'SET', 'maxmemory-policy', policy)
  }
  /** Collects the warnings of this test instead of printing them. */
  const collectWarnings = () => {
    const warned: string[] = []
    vi.mocked(console.warn).mockImplementation((text) => void warned.push(text))
    closing.push(() => vi.mocked(console.warn).mockClear())
    return warned
  }

  it('the first use of redisStore warns once, with the policy and the remedy', async () => {
    await configure('1gb', 'allkeys-lru')
    const warned = collectWarnings()
    const store = redisStore(aClient(), { prefix: freshPrefix() })
    const row = await createIn(store, { userId: 'u' })
    await expect.poll(() => warned).toHaveLength(1)
    expect(warned[0]).toMatch(/^coatcheck: .*allkeys-lru.*CONFIG SET maxmemory-policy noeviction/)
    for (let i = 0; i < 3; i++) await find({ store }, row)
    await store.count({})
    expect(warned).toHaveLength(1)
  })

  it.each([
    ['0', 'allkeys-lru'],
    ['1gb', 'noeviction'],
  ])('redisStore does not warn if maxmemory is %s and the policy is %s', async (maxmemory, policy) => {
    await configure(maxmemory, policy)
    const warned = collectWarnings()
    const [client, other] = [aClient(), redisClient(server.url)]
    closing.push(() => other.destroy())
    const store = redisStore(client, { prefix: freshPrefix() })
    await store.count({})
    await store.count({}) // Redis replies in order, so the policy has arrived before this reply.
    expect(warned).toEqual([])
  })

  it('cachedStore does not warn, because any policy is suitable for copies', async () => {
    await configure('1gb', 'allkeys-lru')
    const warned = collectWarnings()
    const store = cachedStore(memoryStore(), redisStore(aClient(), { prefix: freshPrefix() }), { redisTimeout: 5 })
    const row = await createIn(store)
    await find({ store }, row)
    await find({ store }, row) // Redis replies in order, so the policy would have arrived before this reply.
    expect(warned).toEqual([])
  })
})

it('a user of Redis who may not run INFO can use redisStore, and no warning is printed', async () => {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  await command(server.url, 'CONFIG', 'SET', 'maxmemory', '1gb')
  await command(server.url, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
  await command(server.url, 'ACL', 'SETUSER', 'limited', 'on', '>pw', '~*', '+@all', '-@dangerous', '-@admin')
  const client = redisClient(server.url.replace('//', '//limited:pw@'))
  const store = redisStore(client, { prefix: freshPrefix() })
  const row = await createIn(store, { userId: 'u' })
  expect((await find({ store }, row))?.id).toBe(row.id)
  expect(await store.count({})).toBe(1)
  client.destroy()
})
