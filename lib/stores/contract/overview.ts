import assert from 'node:assert/strict'
import type { StoreStats } from '../../core/store/statistics.ts'
import type { StoredSession } from '../../core/store/store.ts'
import { begin, type ContractCase, type StoreUnderTest, uuid } from './tools.ts'

/** What operators page through and count. */
export const overviewContract: readonly ContractCase[] = [
  {
    id: 'pages-backward-as-forward',
    name: 'pages back as it pages forward, newest first, by creation and by last use',
    run: async (under) => {
      const userId = uuid()
      for (let i = 0; i < 9; i++) {
        await begin(under, { userId })
        if (i % 3 === 2) await under.elapse(1) // so that some have the same last-seen
      }
      for (const sort of ['created', 'lastSeen'] as const) {
        const page = (edge: object, limit = 2) => under.store.list({ userId, sort, limit, ...edge })
        const all = await page({}, 99)
        assert.equal(all.length, 9)
        for (const [i, row] of all.entries()) {
          assert.deepEqual(idsOf(await page({ after: row })), idsOf(all.slice(i + 1, i + 3)))
          assert.deepEqual(idsOf(await page({ before: row })), idsOf(all.slice(Math.max(i - 2, 0), i)))
        }
        assert.deepEqual(idsOf(await page({ before: all[8] }, 99)), idsOf(all.slice(0, 8)))
      }
    },
  },
  {
    id: 'pages-backward-through-a-filter',
    name: 'pages back through all sessions, and through those of a status',
    run: async (under) => {
      for (let i = 0; i < 8; i++) await begin(under, { userId: i % 2 ? uuid() : null })
      for (const sort of ['created', 'lastSeen'] as const) {
        for (const status of [undefined, 'active', 'signedIn', 'anonymous'] as const) {
          const page = (edge: object) => under.store.list({ sort, limit: 2, ...(status && { status }), ...edge })
          const first = await page({})
          const second = await page({ after: first.at(-1) })
          assert.equal(second.length, 2)
          assert.deepEqual(idsOf(await page({ before: second[0] })), idsOf(first))
          assert.deepEqual(idsOf(await page({ before: second[1] })), idsOf([...first.slice(1), ...second.slice(0, 1)]))
          assert.deepEqual(await page({ before: first[0] }), [])
        }
      }
    },
  },
  {
    id: 'counts-sessions-by-status-time-and-browser',
    name: 'counts active, signed-in and expired sessions, when they began and in which browser',
    run: async (under) => {
      const userAgent = `Browser/${uuid()}`
      const before = await under.store.stats()
      await begin(under, { userAgent, userId: 'u' })
      await begin(under, { userAgent })
      await begin(under)
      await begin(under, { userAgent, expiry: { idleSeconds: -1 } })
      const after = await under.store.stats()
      const expired = under.dropsExpired ? 0 : 1
      assert.equal(after.active - before.active, 3)
      assert.equal(after.signedIn - before.signedIn, 1)
      assert.equal(after.expired - before.expired, expired)
      assert.equal(startedIn(after) - startedIn(before), 3 + expired)
      assert.equal(sessionsOf(after, userAgent), 2)
      assert.equal(sessionsOf(after, null) - sessionsOf(before, null), 1)
      assert.deepEqual([before.estimated, after.estimated], [false, false])
    },
  },
  {
    id: 'reports-its-clock-and-the-hours-of-creation',
    name: 'tells its own time, and the hours of UTC in which sessions began',
    run: async (under) => {
      const clock = await clockOf(under)
      const { now, started } = await under.store.stats()
      assert.ok(Math.abs(now.getTime() - clock) < 5000)
      assert.ok(started.length > 0 && started.every(({ at }) => at.getTime() % 3_600_000 === 0))
      const hour = started.find(({ at }) => at.getTime() === Math.floor(clock / 3_600_000) * 3_600_000)
      assert.ok(hour && hour.count > 0)
    },
  },
]

const idsOf = (rows: readonly StoredSession[]) => rows.map(({ id }) => id)
const startedIn = ({ started }: StoreStats) => started.reduce((sum, { count }) => sum + count, 0)
const sessionsOf = ({ userAgents }: StoreStats, agent: string | null) =>
  userAgents.find(({ userAgent }) => userAgent === agent)?.count ?? 0

/** The store's clock, in epoch milliseconds, as a session that begins tells it. */
async function clockOf(under: StoreUnderTest): Promise<number> {
  return (await begin(under)).createdAt.getTime()
}
