import { describe, expect, it } from 'vitest'
import { createIn, freshRedisStore } from '../../../test/redis-stores'

describe('the statistics of Redis', () => {
  it('above 1000 sessions, users and browsers are estimated from a sample, and the total and creation times are exact', async () => {
    const { client, store } = freshRedisStore()
    const create = (_: unknown, i: number) => createIn(store, { userId: i % 2 ? 'u' : null, userAgent: `Browser/${i % 3}` })
    await Promise.all(Array.from({ length: 1500 }, create))
    const { active, signedIn, estimated, started, userAgents } = await store.stats()
    expect([estimated, active, started.reduce((sum, { count }) => sum + count, 0)]).toEqual([true, 1500, 1500])
    expect(Math.abs(signedIn - 750)).toBeLessThan(120)
    expect(userAgents).toHaveLength(3)
    for (const { count } of userAgents) expect(Math.abs(count - 500)).toBeLessThan(120)
    client.destroy()
  })

  it('deleted and expired sessions that an index still lists are not counted', async () => {
    const { client, prefix, store, key } = freshRedisStore()
    const rows = [await createIn(store), await createIn(store), await createIn(store)]
    await client.del(key(rows[0]?.id ?? '')) // Redis would do the same when it evicts a key.
    // The session has expired, and none was created since.
    await client.zAdd(`${prefix}{all}:expires`, { score: 1, value: rows[1]?.id ?? '' })
    const { active, started } = await store.stats()
    expect([active, started.reduce((sum, { count }) => sum + count, 0)]).toEqual([1, 2])
    client.destroy()
  })
})
