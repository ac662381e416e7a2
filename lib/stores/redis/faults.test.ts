import { createSessions, type SessionError } from 'coatcheck'
import { type RedisClient, redisStore } from 'coatcheck/redis'
import { createClient } from 'redis'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { freePort } from '../../../test/postgres'
import { startRedis } from '../../../test/redis'
import { freshPrefix, freshRedisStore, redisClient } from '../../../test/redis-stores'

describe('a Redis that fails', () => {
  const secret = 'a secret for tests, 32 characters'
  const marker = 'MARKER-7f3a'
  const failureOf = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable('it resolved'),
      (error: SessionError) => error,
    ) as Promise<SessionError>

  it('is STORE_FAILED, with a code and without data, token or hash', async () => {
    const { client, store, key } = freshRedisStore()
    const { getSession } = createSessions({ secret, store })
    const browser = new FakeBrowser()
    const errors = await browser.visit(async () => {
      const session = await getSession()
      await session.set('a', marker)
      await client.del(key(String(session.id)))
      await client.set(key(String(session.id)), marker)
      const writes = [session.set('a', `${marker}2`), session.login(`${marker} user`), session.pop('a'), session.flush()]
      return Promise.all(writes.map(failureOf))
    })
    const [, , secretPart = '', , , mac = ''] = browser.token.split('.')
    for (const error of errors) {
      expect([error.code, error.cause]).toEqual(['STORE_FAILED', { code: 'WRONGTYPE', constraint: null }])
      const printed = JSON.stringify([error, error.message, error.stack, error.cause])
      for (const hidden of [marker, secretPart, mac]) expect(printed).not.toContain(hidden)
    }
    client.destroy()
  })

  it('that cannot be reached is STORE_FAILED at once, never an anonymous visitor, and found well again without restart', async () => {
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

  it('that is not there at the first use is STORE_FAILED at once, saying so, and used once it is', async () => {
    const port = await freePort()
    const client = redisClient(`redis://127.0.0.1:${port}`)
    const { getSession } = createSessions({ secret, store: redisStore(client) })
    const browser = new FakeBrowser()
    const started = Date.now()
    const error = await failureOf(browser.visit(async () => (await getSession()).set('a', 1)))
    expect(Date.now() - started).toBeLessThan(1000)
    expect([error.code, error.outcome, error.cause]).toEqual(['STORE_FAILED', 'none', { code: 'ECONNREFUSED', constraint: null }])
    const server = await startRedis({ port })
    await expect.poll(() => client.isReady).toBe(true)
    await browser.visit(async () => (await getSession()).set('a', 1))
    client.destroy()
    await server.stop()
  })

  it('that came back after its client had given up is used again', async () => {
    const first = await startRedis()
    const { port } = new URL(first.url)
    const impatient = (): RedisClient & { destroy(): void } =>
      createClient({
        url: first.url,
        disableOfflineQueue: true,
        socket: { reconnectStrategy: (tries) => (tries > 1 ? new Error('gave up') : 10) },
      })
    const clients = [impatient()]
    const made = () => {
      const client = impatient()
      clients.push(client)
      return client
    }
    const [given = made()] = clients
    const all = [given, made].map((source) => createSessions({ secret, store: redisStore(source, { prefix: freshPrefix() }) }))
    const write = ({ getSession }: (typeof all)[number]) => new FakeBrowser().visit(async () => (await getSession()).set('a', 1))
    for (const sessions of all) await write(sessions)
    await first.stop()
    for (const sessions of all) expect((await failureOf(write(sessions))).code).toBe('STORE_FAILED')
    await expect.poll(() => clients.some((client) => client.isOpen)).toBe(false)
    const second = await startRedis({ port: Number(port) })
    for (const sessions of all) await write(sessions)
    expect(clients.length, 'the function is asked for another').toBeGreaterThan(2)
    for (const client of clients) if (client.isOpen) client.destroy()
    await second.stop()
  })
})

describe('a client of Redis', () => {
  it('may be shared by several stores, and be connecting already', async () => {
    const client = redisClient()
    const stores = [freshPrefix(), freshPrefix()].map((prefix) => redisStore(client, { prefix }))
    expect(await Promise.all(stores.map((store) => store.count({})))).toEqual([0, 0])
    client.destroy()
    const begun = redisClient()
    void begun.connect()
    expect(await redisStore(begun, { prefix: freshPrefix() }).count({})).toBe(0)
    begun.destroy()
  })

  it('that its owner has closed stays closed', async () => {
    const client = redisClient()
    const store = redisStore(client, { prefix: freshPrefix() })
    await store.count({})
    client.destroy()
    await expect(store.count({})).rejects.toThrow('Redis failed (ClientClosedError)')
    expect(client.isOpen).toBe(false)
  })

  it('that its owner has closed while Redis was away, or before it was ever there, stays closed', async () => {
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
