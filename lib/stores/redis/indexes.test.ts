import { describe, expect, it } from 'vitest'
import { createIn, freshRedisStore } from '../../../test/redis-stores'
import { aSession, find, policy, update, write } from '../contract/tools.ts'

describe('the indexes in Redis', () => {
  it('the index of a user lists each session until it expires, even if its expiry changes, and then expires itself', async () => {
    const { client, prefix, store, key } = freshRedisStore()
    const row = await createIn(store, { userId: 'u' })
    const userIndex = `${prefix}user:u`
    const until = Number(await client.zScore(userIndex, row.id))
    expect(until).toBeGreaterThan(row.expiresAt.getTime())
    expect(await client.pExpireTime(userIndex)).toBe(until)
    await client.hSet(key(row.id), { indexedUntil: row.expiresAt.getTime() })
    const longer = { ...policy, maxAgeSeconds: 5000 }
    const later = await update({ store }, row, { extendsExpiry: true }, longer)
    expect(later?.secondsLeft).toBeCloseTo(5000, 0)
    expect(await client.pExpireTime(userIndex)).toBeGreaterThan(later?.expiresAt.getTime() ?? Number.POSITIVE_INFINITY)
    client.destroy()
  })

  it('the index of a user is written before the session, so a failure in between leaves no session that revokeUser misses', async () => {
    const { client, prefix, store } = freshRedisStore()
    await client.connect()
    await client.set(`${prefix}user:u`, 'not an index')
    const [session, old] = [aSession({ userId: 'u' }), await createIn(store)]
    await expect(store.create(session, policy)).rejects.toMatchObject({ code: 'WRONGTYPE' })
    expect(await store.find(session)).toBeNull()
    await expect(store.update(old, { userId: 'u', extendsExpiry: true }, policy)).rejects.toMatchObject({ code: 'WRONGTYPE' })
    expect((await find({ store }, old))?.userId).toBeNull()
    client.destroy()
  })

  it('entries of deleted sessions, and of sessions that another user logged in to, are ignored and later removed', async () => {
    const { client, prefix, store, key } = freshRedisStore()
    const [evicted, moved, live] = [
      await createIn(store, { userId: 'u' }),
      await createIn(store, { userId: 'u' }),
      await createIn(store, { userId: 'u' }),
    ]
    await client.del(key(evicted.id)) // Redis would do the same when it evicts a key.
    await store.update(moved, { userId: 'v', extendsExpiry: true }, policy)
    expect((await store.list({ userId: 'u', sort: 'created', limit: 9 })).map(({ id }) => id)).toEqual([live.id])
    expect((await store.list({ sort: 'created', limit: 9 })).map(({ id }) => id)).toEqual([live.id, moved.id])
    await client.zAdd(`${prefix}user:u`, { score: 1, value: evicted.id })
    await client.zAdd(`${prefix}{all}:expires`, { score: 1, value: evicted.id })
    await createIn(store, { userId: 'u' })
    expect(await client.zScore(`${prefix}user:u`, evicted.id)).toBeNull()
    for (const name of ['created', 'seen', 'expires']) expect(await client.zScore(`${prefix}{all}:${name}`, evicted.id)).toBeNull()
    expect((await store.remove({ userId: 'u' })).map(({ id }) => id)).toContain(live.id)
    expect(await store.find(moved)).not.toBeNull()
    client.destroy()
  })

  it('a user index that Redis has lost is repaired when the last-seen time of a session advances, without another round trip', async () => {
    const { client, prefix, store, key } = freshRedisStore()
    const [row, other] = [await createIn(store, { userId: 'u' }), await createIn(store, { userId: 'u' })]
    const userIndex = `${prefix}user:u`
    const until = await client.zScore(userIndex, row.id)
    await client.del(userIndex) // Redis would do the same when it evicts a key.
    await store.update(row, write({ set: { a: 1 } }), policy)
    expect(await client.exists(userIndex), 'a write between two steps sends only its own script').toBe(0)
    await client.hIncrBy(key(row.id), 'seen', -policy.touchSeconds * 1000)
    await store.update(row, { extendsExpiry: true }, policy)
    expect(await client.zRangeWithScores(userIndex, 0, -1)).toEqual([{ value: row.id, score: until }])
    expect(await client.pExpireTime(userIndex)).toBe(until)
    await client.hIncrBy(key(other.id), 'seen', -policy.touchSeconds * 1000)
    await store.update(other, write({ set: { a: 1 } }), policy)
    expect((await store.remove({ userId: 'u' })).map(({ id }) => id).sort()).toEqual([row.id, other.id].sort())
    client.destroy()
  })

  it('an index expires by itself after its last session', async () => {
    const { client, prefix, store } = freshRedisStore()
    const row = await createIn(store, { userId: 'u' })
    for (const key of await client.keys(`${prefix}*`)) {
      expect(await client.pExpireTime(key)).toBeGreaterThanOrEqual(row.expiresAt.getTime())
    }
    client.destroy()
  })

  it('no key remains when all sessions have been deleted', async () => {
    const { client, prefix, store } = freshRedisStore()
    const rows = [await createIn(store, { userId: 'u' }), await createIn(store), await createIn(store, { userId: 'v' })]
    await store.create(aSession({ userId: 'w' }), policy, rows[0])
    await store.remove({ userId: 'w' })
    await store.remove({ ids: rows.map(({ id }) => id) })
    expect(await client.keys(`${prefix}*`)).toEqual([])
    client.destroy()
  })

  it('paging by creation and by last use returns every matching session exactly once', async () => {
    const { client, store } = freshRedisStore()
    const made: string[] = []
    for (let i = 0; i < 12; i++) made.unshift((await createIn(store, { userId: i % 3 === 0 ? `user ${i}` : null })).id)
    for (const sort of ['created', 'lastSeen'] as const) {
      for (const [filter, expected] of [
        [{}, 12],
        [{ search: 'user ' }, 4],
        [{ status: 'anonymous' as const }, 8],
      ] as const) {
        const seen: string[] = []
        for (let page = await store.list({ ...filter, sort, limit: 3 }); page.length > 0; ) {
          seen.push(...page.map(({ id }) => id))
          const after = page.at(-1)
          page = after ? await store.list({ ...filter, sort, limit: 3, after }) : []
        }
        expect([seen.length, new Set(seen).size]).toEqual([expected, expected])
        const all = await store.list({ ...filter, sort, limit: 12 })
        const back = await store.list({ ...filter, sort, limit: 3, before: all.at(-1) ?? expect.unreachable() })
        expect(back.map(({ id }) => id)).toEqual(seen.slice(-4, -1))
        if (sort === 'created') expect(seen).toEqual(made.filter((id) => seen.includes(id)))
        expect(await store.count(filter)).toBe(expected)
      }
    }
    client.destroy()
  })
})
