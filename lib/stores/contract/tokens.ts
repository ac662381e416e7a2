import assert from 'node:assert/strict'
import { aSession, assertDead, begin, type ContractCase, near, policy, update, uuid } from './tools.ts'

/** Who may have a session: ids, tokens, ends, log-ins. */
export const tokensContract: readonly ContractCase[] = [
  {
    id: 'finds-a-created-session',
    name: 'creates a session and finds it by id and token hash',
    run: async (under) => {
      const row = await begin(under, { data: { name: 'John', list: [1, { deep: true }] } })
      const found = await under.store.find(row)
      assert.deepEqual(found?.data, { name: 'John', list: [1, { deep: true }] })
      assert.deepEqual([found?.version, found?.userId], [1, null])
      near(found?.secondsSinceSeen, 0)
    },
  },
  {
    id: 'records-the-browser',
    name: 'records the browser that a session began in',
    run: async (under) => {
      const row = await begin(under, { ip: '10.0.0.1', userAgent: 'Test' })
      const found = await under.store.find(row)
      assert.deepEqual([found?.ip, found?.userAgent], ['10.0.0.1', 'Test'])
    },
  },
  {
    id: 'an-unknown-id-creates-nothing',
    name: 'does not adopt an unknown id, and loading creates nothing',
    run: async (under) => {
      const before = await under.store.count({})
      await assertDead(under, { id: uuid(), tokenHash: uuid() })
      assert.equal(await under.store.count({}), before)
    },
  },
  {
    id: 'a-wrong-token-hash-opens-nothing',
    name: 'neither shows nor changes a session under a wrong token hash',
    run: async (under) => {
      const row = await begin(under, { data: { a: 0 } })
      await assertDead(under, { id: row.id, tokenHash: uuid() })
      assert.deepEqual((await under.store.find(row))?.data, { a: 0 })
    },
  },
  {
    id: 'an-expired-session-stays-dead',
    name: 'hides a session from the moment it expires, and brings none back',
    run: async (under) => {
      const row = await begin(under)
      await under.elapse(1001)
      await assertDead(under, row)
    },
  },
  {
    id: 'a-removed-session-stays-dead',
    name: 'brings no session back after it was removed',
    run: async (under) => {
      const row = await begin(under)
      assert.deepEqual(await under.store.remove(row), [{ id: row.id, userId: null }])
      await assertDead(under, row)
      assert.deepEqual(await under.store.remove(row), [])
    },
  },
  {
    id: 'a-rotated-token-is-rejected',
    name: 'rotation keeps id and data and ends the old token at once',
    run: async (under) => {
      const row = await begin(under, { data: { cart: [1] } })
      const tokenHash = uuid()
      const rotated = await update(under, row, { tokenHash, extendsExpiry: true }, policy)
      assert.deepEqual([rotated?.id, rotated?.data, rotated?.version, rotated?.userId], [row.id, { cart: [1] }, 2, null])
      await assertDead(under, row)
      assert.ok(await under.store.find({ id: row.id, tokenHash }))
    },
  },
  {
    id: 'a-login-keeps-data-and-restarts-the-absolute-lifetime',
    name: 'login binds the user, keeps the data and restarts the absolute lifetime',
    run: async (under) => {
      const limited = { ...policy, absoluteSeconds: 100 }
      const row = await begin(under, { data: { cart: [1] } }, limited)
      await under.elapse(60)
      const tokenHash = uuid()
      const loggedIn = await update(under, row, { tokenHash, userId: '7', extendsExpiry: true }, limited)
      assert.deepEqual([loggedIn?.userId, loggedIn?.data], ['7', { cart: [1] }])
      near(loggedIn?.secondsLeft, 100)
      assert.ok(loggedIn?.authenticatedAt)
    },
  },
  {
    id: 'replaces-a-session',
    name: 'replaces one session by another in one step',
    run: async (under) => {
      const old = await begin(under, { userId: 'a', data: { secret: 1 } })
      const fresh = await under.store.create(aSession({ userId: 'b' }), policy, old)
      assert.deepEqual([fresh?.userId, fresh?.data, fresh?.version], ['b', {}, 1])
      await assertDead(under, old)
    },
  },
  {
    id: 'one-of-two-rotations-wins',
    name: 'of two rotations of one token one wins',
    run: async (under) => {
      const row = await begin(under)
      const both = await Promise.all([0, 1].map(() => update(under, row, { tokenHash: uuid(), extendsExpiry: true }, policy)))
      assert.equal(both.filter((result) => result !== null).length, 1)
    },
  },
]
