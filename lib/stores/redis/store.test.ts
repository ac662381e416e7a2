import { createSessions } from 'coatcheck'
import { type RedisClient, redisStore } from 'coatcheck/redis'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { afterAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { beginIn, freshPrefix, freshRedisStore, redisClient } from '../../../test/redis-stores'
import { aSession, patch, policy, update, uuid, write } from '../contract/tools.ts'

describe('a session in Redis', () => {
  const { client, prefix, store, key } = freshRedisStore()
  afterAll(() => client.destroy())

  it('ends by itself: its key lives as long as it does, also after a write, a new rule and a login', async () => {
    const row = await beginIn(store)
    expect(await client.pExpireTime(key(row.id))).toBe(row.expiresAt.getTime())
    for (const change of [{ expiry: { idleSeconds: 60 } }, { userId: 'u' }, write({ set: { a: 1 } })]) {
      const changed = await update({ store }, row, { extendsExpiry: true, ...change }, policy)
      expect(await client.pExpireTime(key(row.id))).toBe(changed?.expiresAt.getTime())
    }
  })

  it('is a field for each key: a write sends only what it changes', async () => {
    const row = await beginIn(store, { data: { a: [], b: 12345678901234567000, c: { d: {} } } })
    const fields = await client.hGetAll(key(row.id))
    expect(fields).toMatchObject({ 'd:a': '[]', 'd:b': '12345678901234567000', 'd:c': '{"d":{}}' })
    await store.update(row, write({ set: { a: 1 } }), policy)
    expect(await client.hGetAll(key(row.id))).toEqual({ ...fields, 'd:a': '1', version: '2', kept: '0' })
    expect((await store.find(row))?.data).toEqual({ a: 1, b: 12345678901234567000, c: { d: {} } })
  })

  it('holds the hash of the token, and nothing that opens the session', async () => {
    const { getSession } = createSessions({ secret: 'a secret for tests, 32 characters', store })
    const browser = new FakeBrowser()
    const id = await browser.visit(async () => {
      const session = await getSession()
      await session.login('u')
      return session.id
    })
    const stored = JSON.stringify(await client.hGetAll(key(String(id))))
    const [, , secret = '', , , mac = ''] = browser.token.split('.')
    expect(secret).not.toBe('')
    for (const hidden of [secret, mac]) expect(stored).not.toContain(hidden)
  })

  it('survives that Redis forgets its scripts', async () => {
    const row = await beginIn(store)
    await client.scriptFlush()
    expect((await store.find(row))?.id).toBe(row.id)
  })

  it('is not begun anew under an id that is in use', async () => {
    const row = await beginIn(store, { data: { a: 1 } })
    await expect(store.create({ ...aSession(), id: row.id }, policy)).rejects.toMatchObject({ code: 'EXISTS' })
    expect((await store.find(row))?.data).toEqual({ a: 1 })
  })

  it('keeps texts of every kind as they are: user ids, user agents, keys', async () => {
    const odd = `'"\\ {}[] \n\t é 😀 ${prefix}`
    const row = await beginIn(store, { userId: odd, userAgent: odd, data: { [odd]: odd } })
    const found = await store.find(row)
    expect([found?.userId, found?.userAgent, found?.data]).toEqual([odd, odd, { [odd]: odd }])
    expect((await store.list({ userId: odd, sort: 'created', limit: 9 })).map(({ id }) => id)).toEqual([row.id])
    expect(await store.remove({ userId: odd })).toEqual([{ id: row.id, userId: odd }])
  })
})

describe('two processes', () => {
  it('that change one session with update lose nothing and starve nobody', async () => {
    const [{ store, prefix, client }, other] = [freshRedisStore(), redisClient()]
    const row = await beginIn(store, { data: { n: 0 } })
    const add = async (to: typeof store) => {
      for (let i = 0; i < 25; i++)
        await to.modify(row, ({ n }) => patch({ set: { n: Number(n) + 1 } }), policy, { timeoutMs: 4000 })
    }
    const second = redisStore(other, { prefix })
    await Promise.all(Array.from({ length: 10 }, (_, i) => add(i % 2 ? store : second)))
    expect((await store.find(row))?.data).toEqual({ n: 250 })
    for (const each of [client, other]) each.destroy()
  })

  it('that never let a third have its turn make it a CONFLICT in time', async () => {
    const { store, client } = freshRedisStore()
    const row = await beginIn(store, { data: { n: 0 } })
    const disturbed = {
      compute: ({ n }: { n?: unknown }) => {
        void store.update(row, write({ set: { n: 0 } }), policy) // sent before the patch is
        return patch({ set: { n: Number(n) + 1 } })
      },
    }
    expect(await store.modify(row, disturbed.compute, policy, { timeoutMs: 200 })).toBe('conflict')
    client.destroy()
  })
})

describe('the client', () => {
  it('may be opened by a function at the first use, once', async () => {
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

  it('may be any that the package redis makes', () => {
    const sentinel = () => createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] })
    const kinds = [createClient, createClientPool, () => createCluster({ rootNodes: [] }), sentinel] satisfies (() => RedisClient)[]
    expect(kinds).toHaveLength(4)
  })
})
