import assert from 'node:assert/strict'
import type { StoreStats } from '../../core/store/statistics.ts'
import type { StoredSession } from '../../core/store/stored-session.ts'
import { type ContractCase, createSession, type StoreUnderTest, uuid } from './tools.ts'

/** The rules for paging backward and for statistics. */
export const overviewContract: readonly ContractCase[] = [
  {
    id: 'pages-backward-as-forward',
    name: 'paging backward returns the same order as paging forward, by creation and by last use',
    run: async (under) => {
      const userId = uuid()
      for (let i = 0; i < 9; i++) {
        await createSession(under, { userId })
        if (i % 3 === 2) await under.elapse(1) // some sessions have the same last-seen
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
    name: 'paging backward works with and without a filter by status',
    run: async (under) => {
      for (let i = 0; i < 8; i++) await createSession(under, { userId: i % 2 ? uuid() : null })
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
    name: 'statistics count sessions by status, by hour of creation and by browser',
    run: async (under) => {
      const userAgent = `Browser/${uuid()}`
      const before = await under.store.stats()
      await createSession(under, { userAgent, userId: 'u' })
      await createSession(under, { userAgent })
      await createSession(under)
      await createSession(under, { userAgent, expiry: { idleSeconds: -1 } })
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
    name: 'statistics contain the time of the store and the UTC hours in which sessions were created',
    run: async (under) => {
      const before = Date.now()
      const clock = await clockOf(under)
      const { now, started } = await under.store.stats()
      assert.ok(Math.abs(now.getTime() - clock) < 5000)
      assert.ok(started.length > 0 && started.every(({ at }) => at.getTime() % 3_600_000 === 0))
      // A store may count by the time in the id, and an hour may begin after the id was made.
      const hours = [before, clock].map((time) => Math.floor(time / 3_600_000) * 3_600_000)
      assert.ok(started.some(({ at, count }) => hours.includes(at.getTime()) && count > 0))
    },
  },
]

const idsOf = (rows: readonly StoredSession[]) => rows.map(({ id }) => id)
const startedIn = ({ started }: StoreStats) => started.reduce((sum, { count }) => sum + count, 0)
const sessionsOf = ({ userAgents }: StoreStats, agent: string | null) =>
  userAgents.find(({ userAgent }) => userAgent === agent)?.count ?? 0

/** Returns the time of the store's clock in epoch milliseconds, which a new session contains. */
async function clockOf(under: StoreUnderTest): Promise<number> {
  return (await createSession(under)).createdAt.getTime()
}
