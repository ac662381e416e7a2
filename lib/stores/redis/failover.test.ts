import { redisStore } from 'coatcheck/redis'
import { storeContract } from 'coatcheck/store'
import { createCluster, createSentinel } from 'redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { command, type RedisServer, startRedis, startRedisCluster, untilReplicated } from '../../../test/redis'
import { createIn, freshPrefix, redisTestStore } from '../../../test/redis-stores'
import { withDeadline } from '../../core/store/deadline.ts'
import type { StoredSession } from '../../core/store/stored-session.ts'

// These tests take long, so they run with TEST_ALL=1 only. Their settings are those of docs/stores.md.
const socket = { socketTimeout: 2000, reconnectStrategy: (retries: number) => Math.min(50 * 2 ** retries, 1000) }

describe.runIf(process.env.TEST_ALL)('a Redis cluster with a primary that hangs', () => {
  it('the replica serves the sessions of the primary during the hang, and other sessions are never affected', async () => {
    const servers = await startRedisCluster()
    onTestFinished(() => servers.stop())
    const cluster = createCluster({
      rootNodes: servers.urls.map((url) => ({ url })),
      defaults: { disableOfflineQueue: true, pingInterval: 1000, socket },
      minimizeConnections: true,
      topologyRefreshOnReconnectionAttemptStrategy: 1000,
    })
    onTestFinished(() => cluster.destroy())
    const direct = redisStore(cluster, { prefix: freshPrefix() })
    const rows = await Promise.all(Array.from({ length: 60 }, () => createIn(direct)))
    const store = withDeadline(direct, 5000)
    await untilReplicated(servers.firstPrimary.url, servers.urls.at(-1) ?? '')
    const isFound = (row: StoredSession) => store.find(row).then(Boolean, () => false)
    const found = async () => (await Promise.all(rows.map(isFound))).filter(Boolean).length
    expect(await found()).toBe(60)
    servers.firstPrimary.pause()
    // Without the pause after a hang, these writes to the socket would restart its timeout forever.
    const traffic = setInterval(() => void Promise.all(rows.map(isFound)), 200)
    onTestFinished(() => clearInterval(traffic))
    const waiting = Promise.all(rows.map(async (row) => ({ row, isAffected: !(await isFound(row)) })))
    const affected = (await waiting).filter(({ isAffected }) => isAffected).map(({ row }) => row)
    const others = rows.filter((row) => !affected.includes(row))
    expect(affected.length).toBeGreaterThan(5)
    expect(others.length).toBeGreaterThan(20)
    let failuresOfOthers = 0
    const poll = async () => {
      const results = await Promise.all(others.map(isFound))
      failuresOfOthers += results.filter((isOpen) => !isOpen).length
      return (await Promise.all(affected.map(isFound))).filter(Boolean).length
    }
    await expect.poll(poll, { timeout: 30_000, interval: 100 }).toBe(affected.length)
    expect(failuresOfOthers).toBe(0)
    servers.firstPrimary.resume()
    await expect.poll(found, { timeout: 30_000 }).toBe(60)
  })
})

describe.runIf(process.env.TEST_ALL)('Redis with Sentinel', () => {
  let [primary, replica, sentinel]: RedisServer[] = []
  let under: Awaited<ReturnType<typeof redisTestStore>>
  const portOf = (server: RedisServer | undefined) => new URL(server?.url ?? expect.unreachable()).port
  beforeAll(async () => {
    primary = await startRedis()
    replica = await startRedis({ settings: { replicaof: `127.0.0.1 ${portOf(primary)}` } })
    const monitor = [`sentinel monitor main 127.0.0.1 ${portOf(primary)} 1`, 'sentinel down-after-milliseconds main 1500']
    sentinel = await startRedis({ sentinel: monitor })
    const client = createSentinel({
      name: 'main',
      sentinelRootNodes: [{ host: '127.0.0.1', port: Number(portOf(sentinel)) }],
      nodeClientOptions: { disableOfflineQueue: true, pingInterval: 1000, socket },
    })
    under = await redisTestStore(client, primary.url)
  })
  afterAll(async () => {
    await under.close()
    for (const server of [primary, replica, sentinel]) await server?.stop()
  })

  for (const { name, run } of storeContract) it(name, () => run(under))

  // This test is the last one, because it changes the primary.
  it('if the primary hangs, its replica serves the sessions', async () => {
    const row = await createIn(under.store)
    const store = withDeadline(under.store, 5000)
    await expect
      .poll(() => command(replica?.url ?? '', 'INFO', 'replication'), { timeout: 60_000 })
      .toContain('master_link_status:up')
    const replicas = () => command(sentinel?.url ?? '', 'SENTINEL', 'REPLICAS', 'main')
    await expect.poll(async () => JSON.stringify(await replicas()), { timeout: 60_000 }).toContain(portOf(replica))
    await untilReplicated(primary?.url ?? '', replica?.url ?? '')
    primary?.pause()
    const isFound = () => store.find(row).then(Boolean, () => false)
    const traffic = setInterval(() => void isFound(), 100)
    onTestFinished(() => clearInterval(traffic))
    await expect.poll(isFound, { timeout: 60_000 }).toBe(true)
  })
})
