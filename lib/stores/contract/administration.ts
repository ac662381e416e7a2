import assert from 'node:assert/strict'
import { assertNear, type ContractCase, createSession, find, policy, update, uuid } from './tools.ts'

/** The rules for listing, counting and deleting sessions. */
export const administrationContract: readonly ContractCase[] = [
  {
    id: 'removes-by-id-only-for-the-user',
    name: 'deleting by id deletes only the sessions of the given user',
    run: async (under) => {
      const [user, other] = [uuid(), uuid()]
      const [mine, theirs] = [await createSession(under, { userId: user }), await createSession(under, { userId: other })]
      const removed = await under.store.remove({ ids: [mine.id, theirs.id, uuid()], userId: user })
      assert.deepEqual(removed, [{ id: mine.id, userId: user }])
      assert.ok(await find(under, theirs))
      assert.equal((await under.store.remove({ ids: [theirs.id] })).length, 1)
    },
  },
  {
    id: 'removes-all-sessions-of-a-user-except-one',
    name: 'all sessions of a user are deleted except the given one',
    run: async (under) => {
      const userId = uuid()
      const [keep, a, b] = [
        await createSession(under, { userId }),
        await createSession(under, { userId }),
        await createSession(under, { userId }),
      ]
      const removed = await under.store.remove({ userId, exceptId: keep.id })
      assert.deepEqual(removed.map(({ id }) => id).sort(), [a.id, b.id].sort())
      assert.equal((await under.store.remove({ userId })).length, 1)
    },
  },
  {
    id: 'removes-others-only-for-a-live-session',
    name: 'the other sessions of a user are deleted only if the current session is live',
    run: async (under) => {
      const userId = uuid()
      const [mine, other] = [await createSession(under, { userId }), await createSession(under, { userId })]
      const stale = { id: mine.id, tokenHash: uuid() }
      assert.deepEqual(await under.store.remove({ userId, exceptId: mine.id, requiresLive: stale }), [])
      assert.deepEqual(await under.store.remove({ userId, exceptId: mine.id, requiresLive: mine }), [{ id: other.id, userId }])
    },
  },
  {
    id: 'removes-all-but-the-newest-sessions-of-a-user',
    name: 'all active sessions of a user are deleted except those used most recently',
    run: async (under) => {
      const userId = uuid()
      const others = [await createSession(under, { userId: uuid() }), await createSession(under)]
      const newestFirst: string[] = []
      for (let i = 0; i < 6; i++) {
        newestFirst.unshift((await createSession(under, { userId })).id)
        if (i % 2) await under.elapse(1) // sessions with the same last-seen are in the order of their ids
      }
      const expired = await createSession(under, { userId, expiry: { idleSeconds: -1 } })
      assert.deepEqual(await under.store.remove({ userId, keepNewest: 6 }), [])
      const removed = await under.store.remove({ userId, keepNewest: 3 })
      assert.deepEqual(removed.map(({ id }) => id).sort(), newestFirst.slice(3).sort())
      assert.ok(removed.every((session) => session.userId === userId))
      assert.deepEqual(await under.store.remove({ userId, keepNewest: 3 }), [])
      for (const other of others) assert.ok(await find(under, other))
      const left = await under.store.list({ userId, sort: 'created', limit: 9 })
      assert.deepEqual(
        left.map(({ id }) => id),
        under.dropsExpired ? newestFirst.slice(0, 3) : [expired.id, ...newestFirst.slice(0, 3)],
      )
    },
  },
  {
    id: 'a-login-counts-as-last-use',
    name: 'a login counts as use of the session, so the session of the latest login is kept, even if it is old',
    run: async (under) => {
      const userId = uuid()
      const old = await createSession(under)
      await under.elapse(1)
      const later = await createSession(under, { userId })
      await under.elapse(1)
      const loggedIn = await update(under, old, { userId, tokenHash: uuid(), extendsExpiry: true }, policy)
      assertNear(loggedIn?.secondsSinceSeen, 0)
      const other = await find(under, later) // read again, because `elapse` may change the dates of stored rows
      assert.ok(loggedIn && other && loggedIn.lastSeenAt > other.lastSeenAt)
      assert.deepEqual(await under.store.remove({ userId, keepNewest: 1 }), [{ id: later.id, userId }])
    },
  },
  {
    id: 'lists-newest-first-in-pages',
    name: 'a list is paged newest first, by creation and by last use',
    run: async (under) => {
      const userId = uuid()
      const newestFirst: string[] = []
      for (let i = 0; i < 5; i++) {
        newestFirst.unshift((await createSession(under, { userId })).id)
        await under.elapse(1)
      }
      for (const sort of ['created', 'lastSeen'] as const) {
        const first = await under.store.list({ userId, sort, limit: 3 })
        const [last] = first.slice(-1)
        assert.ok(last)
        const second = await under.store.list({ userId, sort, limit: 3, after: last })
        assert.deepEqual(
          [...first, ...second].map(({ id }) => id),
          newestFirst,
        )
      }
    },
  },
  {
    id: 'filters-and-counts-alike',
    name: 'list and count apply the same filters by status and search',
    run: async (under) => {
      const userId = `user_${uuid()}`
      const signedIn = await createSession(under, { userId, ip: '203.0.113.9' })
      const expired = await createSession(under, { userId, expiry: { idleSeconds: -1 } })
      const ids = [signedIn.id, expired.id, (await createSession(under)).id]
      const found = async (filter: object) => {
        const rows = await under.store.list({ ids, sort: 'created', limit: 10, ...filter })
        assert.equal(await under.store.count({ ids, ...filter }), rows.length)
        return rows.map(({ id }) => id)
      }
      assert.deepEqual(await found({ status: 'signedIn' }), [signedIn.id])
      assert.deepEqual(await found({ status: 'expired' }), under.dropsExpired ? [] : [expired.id])
      assert.deepEqual(await found({ status: 'anonymous' }), [ids[2]])
      assert.equal((await found({ status: 'active' })).length, 2)
      assert.equal((await found({ search: userId.slice(0, 12) })).length, under.dropsExpired ? 1 : 2)
      assert.deepEqual(await found({ search: '203.0.113.' }), [signedIn.id])
      assert.ok((await found({ search: signedIn.id.slice(0, 20) })).includes(signedIn.id))
      assert.deepEqual(await found({ search: 'user%' }), [])
    },
  },
  {
    id: 'clears-expired-sessions-up-to-a-limit',
    name: 'clearing deletes only expired sessions, and at most as many as the limit',
    run: async (under) => {
      const live = await createSession(under)
      for (let i = 0; i < 3; i++) await createSession(under, { expiry: { idleSeconds: -1 } })
      assert.equal(await under.store.clearExpired(2), under.dropsExpired ? 0 : 2)
      assert.ok((await under.store.clearExpired(1000)) >= (under.dropsExpired ? 0 : 1))
      assert.equal(await under.store.clearExpired(1000), 0)
      assert.ok(await find(under, live))
    },
  },
]
