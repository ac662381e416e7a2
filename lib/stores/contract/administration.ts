import assert from 'node:assert/strict'
import { begin, type ContractCase, uuid } from './tools.ts'

/** What operators and owners see and end. */
export const administrationContract: readonly ContractCase[] = [
  {
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
    name: 'removes the others only for a session that is live',
    run: async (under) => {
      const userId = uuid()
      const [mine, other] = [await begin(under, { userId }), await begin(under, { userId })]
      const stale = { id: mine.id, tokenHash: uuid() }
      assert.deepEqual(await under.store.remove({ userId, exceptId: mine.id, by: stale }), [])
      assert.deepEqual(await under.store.remove({ userId, exceptId: mine.id, by: mine }), [{ id: other.id, userId }])
    },
  },
  {
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
      assert.deepEqual(await found({ status: 'expired' }), [gone.id])
      assert.deepEqual(await found({ status: 'anonymous' }), [ids[2]])
      assert.equal((await found({ status: 'active' })).length, 2)
      assert.equal((await found({ search: userId.slice(0, 12) })).length, 2)
      assert.deepEqual(await found({ search: '203.0.113.' }), [signedIn.id])
      assert.ok((await found({ search: signedIn.id.slice(0, 20) })).includes(signedIn.id))
      assert.deepEqual(await found({ search: 'user%' }), [])
    },
  },
  {
    name: 'clears expired sessions only, at most as many as asked',
    run: async (under) => {
      const live = await begin(under)
      for (let i = 0; i < 3; i++) await begin(under, { expiry: { idleSeconds: -1 } })
      assert.equal(await under.store.clearExpired(2), 2)
      assert.ok((await under.store.clearExpired(1000)) >= 1)
      assert.equal(await under.store.clearExpired(1000), 0)
      assert.ok(await under.store.find(live))
    },
  },
]
