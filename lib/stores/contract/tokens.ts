import assert from 'node:assert/strict'
import { aSession, assertDead, assertNear, type ContractCase, createSession, find, policy, update, uuid } from './tools.ts'

/** The rules for ids, tokens, rotations and logins. */
export const tokensContract: readonly ContractCase[] = [
  {
    id: 'finds-a-created-session',
    name: 'a created session is found by its id and token hash',
    run: async (under) => {
      const row = await createSession(under, { data: { name: 'John', list: [1, { deep: true }] } })
      const found = await find(under, row)
      assert.deepEqual(found?.data, { name: 'John', list: [1, { deep: true }] })
      assert.deepEqual([found?.version, found?.userId], [1, null])
      assertNear(found?.secondsSinceSeen, 0)
    },
  },
  {
    id: 'records-the-browser',
    name: 'a new session records the browser that it was created in',
    run: async (under) => {
      const row = await createSession(under, { ip: '10.0.0.1', userAgent: 'Test' })
      const found = await find(under, row)
      assert.deepEqual([found?.ip, found?.userAgent], ['10.0.0.1', 'Test'])
    },
  },
  {
    id: 'an-unknown-id-creates-nothing',
    name: 'an unknown id is rejected, and loading it creates no session',
    run: async (under) => {
      const before = await under.store.count({})
      await assertDead(under, { id: uuid(), tokenHash: uuid() })
      assert.equal(await under.store.count({}), before)
    },
  },
  {
    id: 'a-wrong-token-hash-opens-nothing',
    name: 'a wrong token hash can neither read nor change a session',
    run: async (under) => {
      const row = await createSession(under, { data: { a: 0 } })
      await assertDead(under, { id: row.id, tokenHash: uuid() })
      assert.deepEqual((await find(under, row))?.data, { a: 0 })
    },
  },
  {
    id: 'an-expired-session-stays-dead',
    name: 'an expired session is not found, and no write restores it',
    run: async (under) => {
      const row = await createSession(under)
      await under.elapse(1001)
      await assertDead(under, row)
    },
  },
  {
    id: 'a-removed-session-stays-dead',
    name: 'a deleted session is not found, and no write restores it',
    run: async (under) => {
      const row = await createSession(under)
      assert.deepEqual(await under.store.remove({ ids: [row.id] }), [{ id: row.id, userId: null }])
      await assertDead(under, row)
      assert.deepEqual(await under.store.remove({ ids: [row.id] }), [])
    },
  },
  {
    id: 'a-rotated-token-is-rejected',
    name: 'a rotation keeps the id and the data, and the old token is rejected at once',
    run: async (under) => {
      const row = await createSession(under, { data: { cart: [1] } })
      const tokenHash = uuid()
      const rotated = await update(under, row, { tokenHash, extendsExpiry: true }, policy)
      assert.deepEqual([rotated?.id, rotated?.data, rotated?.version, rotated?.userId], [row.id, { cart: [1] }, 2, null])
      await assertDead(under, row, 'rotated')
      assert.ok(await find(under, { id: row.id, tokenHash }))
    },
  },
  {
    id: 'an-old-token-is-recognised-for-a-minute',
    name: 'an old token is recognised for 60 seconds after the rotation, and is unknown after that',
    run: async (under) => {
      const row = await createSession(under)
      assert.equal(await under.store.find({ id: row.id, tokenHash: uuid() }), null)
      await update(under, row, { tokenHash: uuid(), extendsExpiry: true }, policy)
      await under.elapse(57)
      assert.equal(await under.store.find(row), 'rotated')
      await under.elapse(4)
      assert.equal(await under.store.find(row), null)
    },
  },
  {
    id: 'a-second-login-keeps-the-session',
    name: 'a login with a token that a login of the same user has just replaced keeps the session and its data',
    run: async (under) => {
      const [userId, data] = [uuid(), { cart: [1] }]
      const row = await createSession(under, { data })
      const login = (user: string) => {
        const change = { userId: user, tokenHash: uuid(), acceptsRotated: true, extendsExpiry: true }
        return update(under, row, change, policy)
      }
      assert.ok(await login(userId))
      assert.equal(await login(uuid()), null)
      const again = await login(userId)
      assert.deepEqual([again?.id, again?.userId, again?.data], [row.id, userId, data])
      await under.elapse(61)
      assert.equal(await login(userId), null)
    },
  },
  {
    id: 'a-login-keeps-data-and-restarts-the-absolute-lifetime',
    name: 'a login sets the user, keeps the data and restarts the absolute lifetime',
    run: async (under) => {
      const limited = { ...policy, absoluteSeconds: 100 }
      const row = await createSession(under, { data: { cart: [1] } }, limited)
      await under.elapse(60)
      const tokenHash = uuid()
      const loggedIn = await update(under, row, { tokenHash, userId: '7', extendsExpiry: true }, limited)
      assert.deepEqual([loggedIn?.userId, loggedIn?.data], ['7', { cart: [1] }])
      assertNear(loggedIn?.secondsLeft, 100)
      assert.ok(loggedIn?.authenticatedAt)
    },
  },
  {
    id: 'replaces-a-session',
    name: 'a session is replaced by another one in a single step',
    run: async (under) => {
      const old = await createSession(under, { userId: 'a', data: { secret: 1 } })
      const fresh = await under.store.create(aSession({ userId: 'b' }), policy, old)
      assert.deepEqual([fresh?.userId, fresh?.data, fresh?.version], ['b', {}, 1])
      await assertDead(under, old)
    },
  },
  {
    id: 'one-of-two-rotations-wins',
    name: 'only one of two parallel rotations of a token succeeds',
    run: async (under) => {
      const row = await createSession(under)
      const both = await Promise.all([0, 1].map(() => update(under, row, { tokenHash: uuid(), extendsExpiry: true }, policy)))
      assert.equal(both.filter((result) => result !== null).length, 1)
    },
  },
]
