import { describe, expect, it } from 'vitest'
import { beginIn, freshRedisStore } from '../../../test/redis-stores'
import { aSession, policy, update } from '../contract/tools.ts'

describe('the indexes', () => {
  it('of a user lives as long as the sessions in it, and knows one for as long as its expiry moves', async () => {
    const { client, prefix, store, key } = freshRedisStore()
    const row = await beginIn(store, { userId: 'u' })
    const ofUser = `${prefix}user:u`
    const until = Number(await client.zScore(ofUser, row.id))
    expect(until).toBeGreaterThan(row.expiresAt.getTime())
    expect(await client.pExpireTime(ofUser)).toBe(until)
    await client.hSet(key(row.id), { kept: row.expiresAt.getTime() })
    const longer = { ...policy, maxAgeSeconds: 5000 }
    const later = await update({ store }, row, { extendsExpiry: true }, longer)
    expect(later?.secondsLeft).toBeCloseTo(5000, 0)
    expect(await client.pExpireTime(ofUser)).toBeGreaterThan(later?.expiresAt.getTime() ?? Number.POSITIVE_INFINITY)
    client.destroy()
  })

  it('of a user is written before the session is: a failure between leaves no session that revokeUser misses', async () => {
    const { client, prefix, store } = freshRedisStore()
    await client.connect()
    await client.set(`${prefix}user:u`, 'not an index')
    const [session, old] = [aSession({ userId: 'u' }), await beginIn(store)]
    await expect(store.create(session, policy)).rejects.toMatchObject({ code: 'WRONGTYPE' })
    expect(await store.find(session)).toBeNull()
    await expect(store.update(old, { userId: 'u', extendsExpiry: true }, policy)).rejects.toMatchObject({ code: 'WRONGTYPE' })
    expect((await store.find(old))?.userId).toBeNull()
    client.destroy()
  })

  it('name sessions that are gone or became somebody else’s without harm, and drop them in time', async () => {
    const { client, prefix, store, key } = freshRedisStore()
    const [gone, moved, live] = [
      await beginIn(store, { userId: 'u' }),
      await beginIn(store, { userId: 'u' }),
      await beginIn(store, { userId: 'u' }),
    ]
    await client.del(key(gone.id)) // as an eviction does
    await store.update(moved, { userId: 'v', extendsExpiry: true }, policy)
    expect((await store.list({ userId: 'u', sort: 'created', limit: 9 })).map(({ id }) => id)).toEqual([live.id])
    expect((await store.list({ sort: 'created', limit: 9 })).map(({ id }) => id)).toEqual([live.id, moved.id])
    await client.zAdd(`${prefix}user:u`, { score: 1, value: gone.id })
    await client.zAdd(`${prefix}{all}:ends`, { score: 1, value: gone.id })
    await beginIn(store, { userId: 'u' })
    expect(await client.zScore(`${prefix}user:u`, gone.id)).toBeNull()
    for (const name of ['created', 'seen', 'ends']) expect(await client.zScore(`${prefix}{all}:${name}`, gone.id)).toBeNull()
    expect((await store.remove({ userId: 'u' })).map(({ id }) => id)).toContain(live.id)
    expect(await store.find(moved)).not.toBeNull()
    client.destroy()
  })

  it('go by themselves when their last session is over', async () => {
    const { client, prefix, store } = freshRedisStore()
    const row = await beginIn(store, { userId: 'u' })
    for (const key of await client.keys(`${prefix}*`)) {
      expect(await client.pExpireTime(key)).toBeGreaterThanOrEqual(row.expiresAt.getTime())
    }
    client.destroy()
  })

  it('are left empty when all sessions have been ended', async () => {
    const { client, prefix, store } = freshRedisStore()
    const rows = [await beginIn(store, { userId: 'u' }), await beginIn(store), await beginIn(store, { userId: 'v' })]
    await store.create(aSession({ userId: 'w' }), policy, rows[0])
    await store.remove({ userId: 'w' })
    await store.remove({ ids: rows.map(({ id }) => id) })
    expect(await client.keys(`${prefix}*`)).toEqual([])
    client.destroy()
  })

  it('page through all sessions, whatever the filter leaves out, by creation and by last use', async () => {
    const { client, store } = freshRedisStore()
    const made: string[] = []
    for (let i = 0; i < 12; i++) made.unshift((await beginIn(store, { userId: i % 3 === 0 ? `user ${i}` : null })).id)
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
