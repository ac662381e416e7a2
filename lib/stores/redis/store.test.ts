import { createSessions } from 'coatcheck'
import { type RedisClient, redisStore } from 'coatcheck/redis'
import { storeContract } from 'coatcheck/store'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { type RedisServer, startRedis } from '../../../test/redis'
import { createIn, freshPrefix, freshRedisStore, redisClient, redisTestStore } from '../../../test/redis-stores'
import { aSession, find, patch, policy, update, uuid, write } from '../contract/tools.ts'

describe('a session in Redis', () => {
  const { client, prefix, store, key } = freshRedisStore()
  afterAll(() => client.destroy())

  it('the key of a session expires with the session, also after a write, a new expiry rule and a login', async () => {
    const row = await createIn(store)
    expect(await client.pExpireTime(key(row.id))).toBe(row.expiresAt.getTime())
    for (const change of [{ expiry: { idleSeconds: 60 } }, { userId: 'u' }, write({ set: { a: 1 } })]) {
      const changed = await update({ store }, row, { extendsExpiry: true, ...change }, policy)
      expect(await client.pExpireTime(key(row.id))).toBe(changed?.expiresAt.getTime())
    }
  })

  it('each key of the data is one field, so a write sends only the keys that it changes', async () => {
    const row = await createIn(store, { data: { a: [], b: 12345678901234567000, c: { d: {} } } })
    const fields = await client.hGetAll(key(row.id))
    expect(fields).toMatchObject({ 'd:a': '[]', 'd:b': '12345678901234567000', 'd:c': '{"d":{}}' })
    await store.update(row, write({ set: { a: 1 } }), policy)
    expect(await client.hGetAll(key(row.id))).toEqual({ ...fields, 'd:a': '1', version: '2', indexedUntil: '0' })
    expect((await find({ store }, row))?.data).toEqual({ a: 1, b: 12345678901234567000, c: { d: {} } })
  })

  it('the hash of a session contains neither the token secret nor the MAC of the token', async () => {
    const { getSession } = createSessions({ secret: 'a secret for tests, 32 characters', store })
    const browser = new FakeBrowser()
    const id = await browser.visit(async () => {
      const session = await getSession()
      await session.login('u')
      return session.id
    })
    const stored = JSON.stringify(await client.hGetAll(key(String(id))))
    const [, , tokenSecret = '', , , mac = ''] = browser.token.split('.')
    expect(tokenSecret).not.toBe('')
    for (const hidden of [tokenSecret, mac]) expect(stored).not.toContain(hidden)
  })

  it('a field that is not JSON is reported as unreadable, and does not make the session, a list or a write fail', async () => {
    const row = await createIn(store, { userId: 'unreadable', data: { a: 1, b: 2 } })
    await client.hSet(key(row.id), 'd:b', '{"half')
    const readable = { data: { a: 1 }, unreadable: ['b'] }
    expect(await find({ store }, row)).toMatchObject(readable)
    expect(await store.list({ userId: 'unreadable', sort: 'created', limit: 9 })).toMatchObject([readable])
    expect(await store.list({ ids: [row.id], sort: 'created', limit: 9 })).toMatchObject([readable])
    expect(await store.update(row, { extendsExpiry: true }, policy)).toMatchObject(readable)
    const add = () => patch({ set: { c: 3 } })
    expect(await store.modify(row, add, policy, { timeoutMs: 1000 })).toMatchObject({ data: { a: 1, c: 3 }, unreadable: ['b'] })
    const repaired = await store.update(row, write({ set: { b: 4 } }), policy)
    expect(repaired).toMatchObject({ data: { a: 1, b: 4, c: 3 } })
    expect(repaired).not.toHaveProperty('unreadable')
  })

  it('reading a key whose field is not JSON throws DATA_INVALID, and all other keys are usable', async () => {
    const { getSession } = createSessions({ secret: 'a secret for tests, 32 characters', store })
    const browser = new FakeBrowser()
    const id = await browser.visit(async () => {
      const session = await getSession()
      await session.set({ a: 1, b: 2 })
      return session.id
    })
    await client.hSet(key(String(id)), 'd:b', 'not JSON')
    await browser.visit(async () => {
      const session = await getSession()
      expect(session.get('a')).toBe(1)
      expect(session.has('b')).toBe(true)
      expect(() => session.get('b')).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }))
      await session.set('a', 3)
      await session.set('b', 4)
      expect([session.get('a'), session.get('b')]).toEqual([3, 4])
    })
  })

  it('a session is found after Redis has lost its scripts', async () => {
    const row = await createIn(store)
    await client.scriptFlush()
    expect((await find({ store }, row))?.id).toBe(row.id)
  })

  it('no session is created with an id that is in use', async () => {
    const row = await createIn(store, { data: { a: 1 } })
    await expect(store.create({ ...aSession(), id: row.id }, policy)).rejects.toMatchObject({ code: 'EXISTS' })
    expect((await find({ store }, row))?.data).toEqual({ a: 1 })
  })

  it('user ids, user agents and keys with any characters are stored unchanged', async () => {
    const odd = `'"\\ {}[] \n\t é 😀 ${prefix}`
    const row = await createIn(store, { userId: odd, userAgent: odd, data: { [odd]: odd } })
    const found = await find({ store }, row)
    expect([found?.userId, found?.userAgent, found?.data]).toEqual([odd, odd, { [odd]: odd }])
    expect((await store.list({ userId: odd, sort: 'created', limit: 9 })).map(({ id }) => id)).toEqual([row.id])
    expect(await store.remove({ userId: odd })).toEqual([{ id: row.id, userId: odd }])
  })
})

describe('parallel changes of one session in Redis', () => {
  it('each of 250 parallel modify calls from two processes succeeds, and no change is lost', async () => {
    const [{ store, prefix, client }, other] = [freshRedisStore(), redisClient()]
    const row = await createIn(store, { data: { n: 0 } })
    const add = async (to: typeof store) => {
      for (let i = 0; i < 25; i++)
        await to.modify(row, ({ n }) => patch({ set: { n: Number(n) + 1 } }), policy, { timeoutMs: 4000 })
    }
    const second = redisStore(other, { prefix })
    await Promise.all(Array.from({ length: 10 }, (_, i) => add(i % 2 ? store : second)))
    expect((await find({ store }, row))?.data).toEqual({ n: 250 })
    for (const each of [client, other]) each.destroy()
  })

  it('modify returns a conflict after its timeout if other writes always come first', async () => {
    const { store, client } = freshRedisStore()
    const row = await createIn(store, { data: { n: 0 } })
    const compute = ({ n }: { n?: unknown }) => {
      void store.update(row, write({ set: { n: 0 } }), policy) // These commands are sent before the patch.
      return patch({ set: { n: Number(n) + 1 } })
    }
    // Longer than one try takes on a busy machine: a try that does not end in time is a failure of the store.
    expect(await store.modify(row, compute, policy, { timeoutMs: 2000 })).toBe('conflict')
    client.destroy()
  })
})

describe('the client of redisStore', () => {
  it('a function creates the client once, at the first use', async () => {
    let opened = 0
    const client = redisClient()
    const store = redisStore(
      async () => {
        opened++
        return client
      },
      { prefix: freshPrefix() },
    )
    await Promise.all([store.find({ id: uuid(), tokenHash: uuid() }), store.count({})])
    expect([opened, client.isOpen]).toEqual([1, true])
    client.destroy()
  })

  it('every kind of client of the package redis has a suitable type', () => {
    const sentinel = () => createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] })
    const kinds = [createClient, createClientPool, () => createCluster({ rootNodes: [] }), sentinel] satisfies (() => RedisClient)[]
    expect(kinds).toHaveLength(4)
  })
})

it('each operation takes as many round trips to Redis as docs/stores.md states', async () => {
  const client = redisClient()
  let trips = 0
  const counting: RedisClient = {
    get isOpen() {
      return client.isOpen
    },
    connect: () => client.connect(),
    on: (event, listener) => client.on(event, listener),
    eval: (script, input) => client.eval(script, input),
    evalSha: (sha1, input) => {
      trips++
      return client.evalSha(sha1, input)
    },
  }
  const { getSession } = createSessions<{ a: number }>({
    secret: 'a secret for tests, 32 characters',
    store: redisStore(counting, { prefix: freshPrefix() }),
    autoClear: false,
  })
  type Operation = (session: Awaited<ReturnType<typeof getSession>>) => unknown
  const tripsOf = (browser: FakeBrowser, operation: Operation) =>
    browser.visit(async () => {
      const session = await getSession()
      trips = 0
      await operation(session)
      return trips
    })
  await new FakeBrowser().visit(async () => (await getSession()).set('a', 1)) // The first use also reads the eviction policy.
  const browser = new FakeBrowser()
  expect(await tripsOf(browser, (session) => session.set('a', 1)), 'first write').toBe(2)
  expect(await tripsOf(browser, (session) => session.set('a', 2)), 'write').toBe(1)
  expect(await tripsOf(browser, (session) => session.cycleKey()), 'rotation').toBe(1)
  expect(await tripsOf(browser, (session) => session.login('u')), 'login').toBe(4)
  const expired = tripsOf(new FakeBrowser(), (session) => session.login('u', { expiry: -5 }))
  expect(await expired, 'login with an expiry in the past').toBeLessThanOrEqual(5)
  trips = 0
  await browser.visit(getSession)
  expect(trips, 'read').toBe(1)
  trips = 0
  await new FakeBrowser({ session: `${browser.token}x` }).visit(getSession)
  expect(trips, 'forged token').toBe(0)
  client.destroy()
})

// A cluster rejects a script whose keys are in different slots, even if one node has all slots.
describe('the store contract, on a cluster', () => {
  let server: RedisServer
  let under: Awaited<ReturnType<typeof redisTestStore>>
  beforeAll(async () => {
    server = await startRedis({ cluster: true })
    under = await redisTestStore(createCluster({ rootNodes: [{ url: server.url }] }), server.url)
  })
  afterAll(async () => {
    await under.close()
    await server.stop()
  })
  for (const { name, run } of storeContract) it(name, () => run(under))
})
