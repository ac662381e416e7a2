import assert from 'node:assert/strict'
import { begin, type ContractCase, near, policy, update, uuid } from './tools.ts'

/** What operators and owners see and end. */
export const administrationContract: readonly ContractCase[] = [
  {
    id: 'removes-by-id-only-for-the-user',
    name: 'removes by id only what belongs to the given user',
    run: async (under) => {
      const [user, other] = [uuid(), uuid()]
      const [mine, theirs] = [await begin(under, { userId: user }), await begin(under, { userId: other })]
      const gone = await under.store.remove({ ids: [mine.id, theirs.id, uuid()], userId: user })
      assert.deepEqual(gone, [{ id: mine.id, userId: user }])
      assert.ok(await under.store.find(theirs))
      assert.equal((await under.store.remove({ ids: [theirs.id] })).length, 1)
    },
  },
  {
    id: 'removes-all-sessions-of-a-user-except-one',
    name: 'removes all sessions of a user but one',
    run: async (under) => {
      const userId = uuid()
      const [keep, a, b] = [await begin(under, { userId }), await begin(under, { userId }), await begin(under, { userId })]
      const gone = await under.store.remove({ userId, exceptId: keep.id })
      assert.deepEqual(gone.map(({ id }) => id).sort(), [a.id, b.id].sort())
      assert.equal((await under.store.remove({ userId })).length, 1)
    },
  },
  {
    id: 'removes-others-only-for-a-live-session',
    name: 'removes the others only for a session that is live',
    run: async (under) => {
      const userId = uuid()
      const [mine, other] = [await begin(under, { userId }), await begin(under, { userId })]
      const stale = { id: mine.id, tokenHash: uuid() }
      assert.deepEqual(await under.store.remove({ userId, exceptId: mine.id, requiresLive: stale }), [])
      assert.deepEqual(await under.store.remove({ userId, exceptId: mine.id, requiresLive: mine }), [{ id: other.id, userId }])
    },
  },
  {
    id: 'removes-all-but-the-newest-sessions-of-a-user',
    name: 'removes a user’s live sessions but the newest by last use',
    run: async (under) => {
      const userId = uuid()
      const others = [await begin(under, { userId: uuid() }), await begin(under)]
      const made: string[] = []
      for (let i = 0; i < 6; i++) {
        made.unshift((await begin(under, { userId })).id)
        if (i % 2) await under.elapse(1) // so that some have the same last-seen: of those the higher ids are the newer
      }
      const expired = await begin(under, { userId, expiry: { idleSeconds: -1 } })
      assert.deepEqual(await under.store.remove({ userId, keepNewest: 6 }), [])
      const gone = await under.store.remove({ userId, keepNewest: 3 })
      assert.deepEqual(gone.map(({ id }) => id).sort(), made.slice(3).sort())
      assert.ok(gone.every((session) => session.userId === userId))
      assert.deepEqual(await under.store.remove({ userId, keepNewest: 3 }), [])
      for (const other of others) assert.ok(await under.store.find(other))
      const left = await under.store.list({ userId, sort: 'created', limit: 9 })
      assert.deepEqual(
        left.map(({ id }) => id),
        under.dropsExpired ? made.slice(0, 3) : [expired.id, ...made.slice(0, 3)],
      )
    },
  },
  {
    id: 'a-login-counts-as-last-use',
    name: 'keeps the session that was logged in last, however old it is',
    run: async (under) => {
      const userId = uuid()
      const old = await begin(under)
      await under.elapse(1)
      const later = await begin(under, { userId })
      await under.elapse(1)
      const loggedIn = await update(under, old, { userId, tokenHash: uuid(), extendsExpiry: true }, policy)
      near(loggedIn?.secondsSinceSeen, 0)
      const other = await under.store.find(later) // anew, since a store under test may let time pass by dating its rows back
      assert.ok(loggedIn && other && loggedIn.lastSeenAt > other.lastSeenAt)
      assert.deepEqual(await under.store.remove({ userId, keepNewest: 1 }), [{ id: later.id, userId }])
    },
  },
  {
    id: 'lists-newest-first-in-pages',
    name: 'lists newest first, page by page, by creation and by last use',
    run: async (under) => {
      const userId = uuid()
      const made: string[] = []
      for (let i = 0; i < 5; i++) {
        made.unshift((await begin(under, { userId })).id)
        await under.elapse(1)
      }
      for (const sort of ['created', 'lastSeen'] as const) {
        const first = await under.store.list({ userId, sort, limit: 3 })
        const [last] = first.slice(-1)
        assert.ok(last)
        const second = await under.store.list({ userId, sort, limit: 3, after: last })
        assert.deepEqual(
          [...first, ...second].map(({ id }) => id),
          made,
        )
      }
    },
  },
  {
    id: 'filters-and-counts-alike',
    name: 'filters by status and search, and counts the same',
    run: async (under) => {
      const userId = `user_${uuid()}`
      const signedIn = await begin(under, { userId, ip: '203.0.113.9' })
      const gone = await begin(under, { userId, expiry: { idleSeconds: -1 } })
      const ids = [signedIn.id, gone.id, (await begin(under)).id]
      const found = async (filter: object) => {
        const rows = await under.store.list({ ids, sort: 'created', limit: 10, ...filter })
        assert.equal(await under.store.count({ ids, ...filter }), rows.length)
        return rows.map(({ id }) => id)
      }
      assert.deepEqual(await found({ status: 'signedIn' }), [signedIn.id])
      assert.deepEqual(await found({ status: 'expired' }), under.dropsExpired ? [] : [gone.id])
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
    name: 'clears expired sessions only, at most as many as asked',
    run: async (under) => {
      const live = await begin(under)
      for (let i = 0; i < 3; i++) await begin(under, { expiry: { idleSeconds: -1 } })
      assert.equal(await under.store.clearExpired(2), under.dropsExpired ? 0 : 2)
      assert.ok((await under.store.clearExpired(1000)) >= (under.dropsExpired ? 0 : 1))
      assert.equal(await under.store.clearExpired(1000), 0)
      assert.ok(await under.store.find(live))
    },
  },
]
