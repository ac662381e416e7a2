import { describe, expect, it } from 'vitest'
import { beginIn, freshRedisStore } from '../../../test/redis-stores'

describe('the figures', () => {
  it('of more than a thousand sessions are scaled up from a sample; how many there are, and when they began, is exact', async () => {
    const { client, store } = freshRedisStore()
    const begin = (_: unknown, i: number) => beginIn(store, { userId: i % 2 ? 'u' : null, userAgent: `Browser/${i % 3}` })
    await Promise.all(Array.from({ length: 1500 }, begin))
    const { active, signedIn, estimated, started, userAgents } = await store.stats()
    expect([estimated, active, started.reduce((sum, { count }) => sum + count, 0)]).toEqual([true, 1500, 1500])
    expect(Math.abs(signedIn - 750)).toBeLessThan(120)
    expect(userAgents).toHaveLength(3)
    for (const { count } of userAgents) expect(Math.abs(count - 500)).toBeLessThan(120)
    client.destroy()
  })

  it('leave out what an index still names', async () => {
    const { client, prefix, store, key } = freshRedisStore()
    const rows = [await beginIn(store), await beginIn(store), await beginIn(store)]
    await client.del(key(rows[0]?.id ?? '')) // as an eviction does
    await client.zAdd(`${prefix}{all}:ends`, { score: 1, value: rows[1]?.id ?? '' }) // ended, and nothing has begun since
    const { active, started } = await store.stats()
    expect([active, started.reduce((sum, { count }) => sum + count, 0)]).toEqual([1, 2])
    client.destroy()
  })
})
