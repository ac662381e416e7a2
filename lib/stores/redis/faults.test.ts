import { createSessions, type SessionError } from 'coatcheck'
import { type RedisClient, redisStore } from 'coatcheck/redis'
import { createClient, createCluster } from 'redis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { freePort } from '../../../test/postgres'
import { startRedis } from '../../../test/redis'
import { createIn, freshPrefix, freshRedisStore, redisClient } from '../../../test/redis-stores'
import { layWire } from '../../../test/tcp-proxy'
import { redisUrl } from '../../../test/use-redis'
import { withDeadline } from '../../core/store/deadline.ts'

describe('a failure of Redis', () => {
  const secret = 'a secret for tests, 32 characters'
  const marker = 'MARKER-7f3a'
  const failureOf = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable('The promise resolved.'),
      (error: SessionError) => error,
    ) as Promise<SessionError>

  it('an error reply becomes STORE_FAILED with its code, and the error contains no data and no part of the token', async () => {
    const { client, store, key } = freshRedisStore()
    const { getSession } = createSessions({ secret, store })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', marker))
    const [, , tokenSecret = '', , , mac = ''] = browser.token.split('.')
    const errors = await browser.visit(async () => {
      const session = await getSession()
      await client.del(key(String(session.id)))
      await client.set(key(String(session.id)), marker)
      const writes = [session.set('a', `${marker}2`), session.login(`${marker} user`), session.pop('a'), session.flush()]
      return Promise.all(writes.map(failureOf))
    })
    expect([tokenSecret, mac]).not.toContain('')
    for (const error of errors) {
      expect([error.code, error.cause]).toEqual(['STORE_FAILED', { code: 'WRONGTYPE', constraint: null }])
      const printed = JSON.stringify([error, error.message, error.stack, error.cause])
      for (const hidden of [marker, tokenSecret, mac]) expect(printed).not.toContain(hidden)
    }
    client.destroy()
  })

  it('an unreachable Redis causes STORE_FAILED at once, not an anonymous visitor, and is used again when it is back', async () => {
    const first = await startRedis()
    const client = redisClient(first.url)
    const { getSession } = createSessions({ secret, store: redisStore(client), timeout: 2 })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 1))
    await first.stop()
    const started = Date.now()
    expect((await failureOf(browser.visit(getSession))).code).toBe('STORE_FAILED')
    expect(Date.now() - started).toBeLessThan(1000)
    const second = await startRedis({ port: Number(new URL(first.url).port) })
    await expect.poll(() => client.isReady).toBe(true)
    expect(await browser.visit(async () => (await getSession()).id)).toBeNull()
    client.destroy()
    await second.stop()
  })

  it('a Redis that is not running at the first use causes STORE_FAILED at once with ECONNREFUSED, and is used once it runs', async () => {
    const port = await freePort()
    const client = redisClient(`redis://127.0.0.1:${port}`)
    const { getSession } = createSessions({ secret, store: redisStore(client) })
    const browser = new FakeBrowser()
    const started = Date.now()
    const error = await failureOf(browser.visit(async () => (await getSession()).set('a', 1)))
    expect(Date.now() - started).toBeLessThan(1000)
    expect([error.code, error.outcome, error.cause]).toEqual([
      'STORE_FAILED',
      'unknown',
      { code: 'ECONNREFUSED', constraint: null },
    ])
    const server = await startRedis({ port })
    await expect.poll(() => client.isReady).toBe(true)
    await browser.visit(async () => (await getSession()).set('a', 1))
    client.destroy()
    await server.stop()
  })

  it('a Redis that comes back after its client has given up reconnecting is used again', async () => {
    const first = await startRedis()
    const { port } = new URL(first.url)
    const createClientThatGivesUp = (): RedisClient & { destroy(): void } =>
      createClient({
        url: first.url,
        disableOfflineQueue: true,
        socket: { reconnectStrategy: (tries) => (tries > 1 ? new Error('gave up') : 10) },
      })
    const clients = [createClientThatGivesUp()]
    const create = () => {
      const client = createClientThatGivesUp()
      clients.push(client)
      return client
    }
    const [given = create()] = clients
    const all = [given, create].map((source) => createSessions({ secret, store: redisStore(source, { prefix: freshPrefix() }) }))
    const write = ({ getSession }: (typeof all)[number]) => new FakeBrowser().visit(async () => (await getSession()).set('a', 1))
    for (const sessions of all) await write(sessions)
    await first.stop()
    for (const sessions of all) expect((await failureOf(write(sessions))).code).toBe('STORE_FAILED')
    await expect.poll(() => clients.some((client) => client.isOpen)).toBe(false)
    const second = await startRedis({ port: Number(port) })
    for (const sessions of all) await write(sessions)
    expect(clients.length, 'the function has created another client').toBeGreaterThan(2)
    for (const client of clients) if (client.isOpen) client.destroy()
    await second.stop()
  })
})

describe('a client whose packets are lost without an error', () => {
  const lossy = (url: string, reconnectStrategy?: (tries: number) => number) =>
    createClient({
      url,
      disableOfflineQueue: true,
      pingInterval: 400,
      socket: { socketTimeout: 1000, ...(reconnectStrategy && { reconnectStrategy }) },
    })

  it.each([
    ['gives up when the socket times out, which is the default', undefined],
    ['reconnects by itself', () => 50],
  ])('a client with socketTimeout and pingInterval that %s is used again', async (_, reconnectStrategy) => {
    const wire = await layWire(redisUrl)
    const client = lossy(wire.url, reconnectStrategy)
    const direct = redisStore(client, { prefix: freshPrefix() })
    const [store, row] = [withDeadline(direct, 400), await createIn(direct)]
    wire.loseConnections()
    await expect(store.find(row)).rejects.toMatchObject({ code: 'STORE_FAILED' })
    const isFound = () => store.find(row).then(Boolean, () => false)
    await expect.poll(isFound, { timeout: 10_000 }).toBe(true)
    // An idle connection stays open, because it sends a PING more often than the socket times out.
    let pings = 0
    client.on('ping-interval', () => pings++)
    await expect.poll(() => pings, { timeout: 10_000 }).toBe(4)
    expect(await isFound()).toBe(true)
    client.destroy()
    await wire.close()
  })
})

describe('the connection of a client', () => {
  it('several stores can share a client, and a client can be connecting already', async () => {
    const client = redisClient()
    const stores = [freshPrefix(), freshPrefix()].map((prefix) => redisStore(client, { prefix }))
    expect(await Promise.all(stores.map((store) => store.count({})))).toEqual([0, 0])
    client.destroy()
    const connecting = redisClient()
    void connecting.connect()
    expect(await redisStore(connecting, { prefix: freshPrefix() }).count({})).toBe(0)
    connecting.destroy()
  })

  it('a client that the application has closed stays closed', async () => {
    const client = redisClient()
    const store = redisStore(client, { prefix: freshPrefix() })
    await store.count({})
    client.destroy()
    await expect(store.count({})).rejects.toThrow('Redis failed (ClientClosedError)')
    expect(client.isOpen).toBe(false)
  })

  it('a cluster that is connecting already is used, and one that the application has closed after an error stays closed', async () => {
    const server = await startRedis({ cluster: true })
    onTestFinished(() => server.stop())
    const cluster = createCluster({ rootNodes: [{ url: server.url }] })
    const store = redisStore(cluster, { prefix: freshPrefix() })
    const connecting = cluster.connect()
    expect(await store.count({})).toBe(0)
    await connecting
    cluster.emit('error', new Error('The topology could not be read.'))
    cluster.destroy()
    await expect(store.count({})).rejects.toThrow('Redis failed (ClientClosedError)')
    expect(cluster.isOpen).toBe(false)
  })

  it('a client that the application has closed while Redis was down, or before Redis ever ran, stays closed', async () => {
    const server = await startRedis()
    const [connected, early] = [redisClient(server.url), redisClient(`redis://127.0.0.1:${await freePort()}`)]
    await redisStore(connected, { prefix: freshPrefix() }).count({})
    await server.stop()
    for (const client of [connected, early]) {
      const store = redisStore(client, { prefix: freshPrefix() })
      await expect(store.count({})).rejects.toThrow('Redis failed')
      client.destroy()
      await expect(store.count({})).rejects.toThrow('Redis failed (ClientClosedError)')
      expect(client.isOpen).toBe(false)
    }
  })
})
