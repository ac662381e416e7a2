import assert from 'node:assert/strict'
import type { ExpiryPolicy, ExpiryRule } from '../core/expiry.ts'
import type { JsonObject } from '../core/json.ts'
import { emptyPatch, type PatchParts } from '../core/patch.ts'
import type { Change, NewSession, Patch, SessionStore, StoredSession } from '../core/store.ts'
import { uuidV7 } from '../core/token.ts'

/** A store to test, empty or not, and a way to let time pass for it. */
export interface StoreUnderTest {
  readonly store: SessionStore
  /** Makes everything stored so far this much older. */
  elapse(seconds: number): Promise<void>
}

/** One rule that every store must keep: run it with any test runner. */
export interface ContractCase {
  readonly name: string
  run(under: StoreUnderTest): Promise<void>
}

const policy: ExpiryPolicy = { maxAgeSeconds: 1000, absoluteSeconds: null, touchSeconds: 50 }
// A millisecond apart, so that they sort as they were made.
let lastId = Date.now()
const uuid = () => uuidV7(lastId++, crypto.getRandomValues(new Uint8Array(10)))

function aSession(more: Partial<NewSession> = {}): NewSession {
  return { id: uuid(), tokenHash: uuid(), userId: null, expiry: null, ip: null, userAgent: null, data: {}, ...more }
}

const patch = (parts: Partial<PatchParts>, limitBytes = 100_000): Patch => ({ ...emptyPatch, ...parts, limitBytes })
const write = (parts: Partial<PatchParts>): Change => ({ patch: patch(parts), active: true })

/** Begins a session and answers its row. */
async function begin({ store }: StoreUnderTest, more: Partial<NewSession> = {}, under = policy): Promise<StoredSession> {
  const row = await store.create(aSession(more), under)
  assert.ok(row)
  return row
}

/** Asserts that `actual` is within two seconds of `expected`: the store's clock runs while the test does. */
function near(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 2, `${actual} is not near ${expected}`)
}

/** Asserts that the store refuses every kind of write to `ref`, and that `id` stays as it was. */
async function assertDead({ store }: StoreUnderTest, ref: { id: string; tokenHash: string }): Promise<void> {
  assert.equal(await store.find(ref), null)
  for (const change of [
    write({ set: { a: 1 } }),
    { active: true },
    { tokenHash: uuid(), active: true },
    { userId: 'u', active: true },
  ]) {
    assert.equal(await store.update(ref, change, policy), null)
  }
  assert.equal(await store.update(ref, { expiry: { idleSeconds: 9000 }, active: true }, policy), null)
  assert.equal(await store.modify(ref, () => patch({ set: { a: 1 } }), policy, 1000), null)
  assert.equal(await store.create(aSession(), policy, ref), null)
}

const expiryCases: readonly [string, ExpiryRule, number | null, number][] = [
  ['by default', null, null, 1000],
  ['with an idle lifetime of its own', { idleSeconds: 60 }, null, 60],
  ['until the browser closes, after the default', { idleSeconds: 0 }, null, 1000],
  ['never after the absolute lifetime', { idleSeconds: 600 }, 30, 30],
]

/** What every store must do: the promises of Django's session tests, and those this library adds. */
export const storeContract: readonly ContractCase[] = [
  {
    name: 'creates a session and finds it by id and token hash',
    run: async (under) => {
      const row = await begin(under, { data: { name: 'John', list: [1, { deep: true }] }, ip: '10.0.0.1', userAgent: 'Test' })
      const found = await under.store.find(row)
      assert.deepEqual(found?.data, { name: 'John', list: [1, { deep: true }] })
      assert.deepEqual([found?.version, found?.ip, found?.userAgent, found?.userId], [1, '10.0.0.1', 'Test', null])
      near(found?.secondsSinceSeen, 0)
    },
  },
  {
    name: 'does not adopt an unknown id, and loading creates nothing',
    run: async (under) => {
      const before = await under.store.count({})
      await assertDead(under, { id: uuid(), tokenHash: uuid() })
      assert.equal(await under.store.count({}), before)
    },
  },
  {
    name: 'neither shows nor changes a session under a wrong token hash',
    run: async (under) => {
      const row = await begin(under, { data: { a: 0 } })
      await assertDead(under, { id: row.id, tokenHash: uuid() })
      assert.deepEqual((await under.store.find(row))?.data, { a: 0 })
    },
  },
  {
    name: 'hides a session from the moment it expires, and brings none back',
    run: async (under) => {
      const row = await begin(under)
      await under.elapse(1001)
      await assertDead(under, row)
    },
  },
  {
    name: 'brings no session back after it was removed',
    run: async (under) => {
      const row = await begin(under)
      assert.deepEqual(await under.store.remove(row), [{ id: row.id, userId: null }])
      await assertDead(under, row)
      assert.deepEqual(await under.store.remove(row), [])
    },
  },
  {
    name: 'merges the keys that are set and leaves the others alone',
    run: async (under) => {
      const row = await begin(under, { data: { a: 1, b: { x: 1 }, c: 3 } })
      const after = await under.store.update(row, write({ set: { b: { y: 2 }, d: null }, remove: ['c', 'absent'] }), policy)
      assert.deepEqual(after?.data, { a: 1, b: { y: 2 }, d: null })
      assert.equal(after?.version, 2)
    },
  },
  {
    name: 'keeps keys with quotes, backslashes, commas and braces as they are',
    run: async (under) => {
      const odd = { 'a"b': 1, 'c\\d': 2, 'e,{f}': 3, '': 4, "g'h": 5, 'ü\n': 6 }
      const row = await begin(under, { data: odd })
      const after = await under.store.update(row, write({ remove: Object.keys(odd).slice(0, 5) }), policy)
      assert.deepEqual(after?.data, { 'ü\n': 6 })
    },
  },
  {
    name: 'clear empties the data, keeps the session and the reserved keys',
    run: async (under) => {
      const row = await begin(under, { data: { a: 1, _flash: 2 } })
      const after = await under.store.update(row, write({ clear: true, set: { b: 3 } }), policy)
      assert.deepEqual(after?.data, { b: 3, _flash: 2 })
    },
  },
  {
    name: 'defaults are written only where the key is absent',
    run: async (under) => {
      const row = await begin(under, { data: { a: 1 } })
      const after = await under.store.update(row, write({ defaults: { a: 2, b: 2 } }), policy)
      assert.deepEqual(after?.data, { a: 1, b: 2 })
    },
  },
  {
    name: 'takes a key once and answers its value',
    run: async (under) => {
      const row = await begin(under, { data: { a: { x: [1] }, b: 2, n: null } })
      const first = await under.store.update(row, { take: 'a', active: true }, policy)
      assert.deepEqual([first?.taken, first?.data], [{ x: [1] }, { b: 2, n: null }])
      assert.equal(await under.store.update(row, { take: 'a', active: true }, policy), null)
      assert.equal((await under.store.update(row, { take: 'n', active: true }, policy))?.taken, null)
    },
  },
  {
    name: 'refuses a write for another version, and one to data beyond the bound',
    run: async (under) => {
      const row = await begin(under, { data: { a: 'x'.repeat(100) } })
      assert.equal(await under.store.update(row, { ...write({ set: { a: 2 } }), ifVersion: 7 }, policy), null)
      assert.equal(await under.store.update(row, { patch: patch({ set: { b: 2 } }, 50), active: true }, policy), null)
      assert.equal((await under.store.find(row))?.version, 1)
    },
  },
  {
    name: 'modify hands out the newest data and writes its patch, or nothing',
    run: async (under) => {
      const row = await begin(under, { data: { n: 1 } })
      await under.store.update(row, write({ set: { n: 2 } }), policy)
      const add = ({ n }: JsonObject) => patch({ set: { n: Number(n) + 1 } })
      assert.deepEqual((await under.store.modify(row, add, policy, 1000))?.data, { n: 3 })
      assert.equal((await under.store.modify(row, () => null, policy, 1000))?.version, 3)
    },
  },
  {
    name: 'modify writes nothing if its function throws',
    run: async (under) => {
      const row = await begin(under, { data: { n: 1 } })
      const fail = () => {
        throw new RangeError('mine')
      }
      await assert.rejects(under.store.modify(row, fail, policy, 1000), RangeError)
      assert.equal((await under.store.find(row))?.version, 1)
    },
  },
  {
    name: 'rotation keeps id and data and ends the old token at once',
    run: async (under) => {
      const row = await begin(under, { data: { cart: [1] } })
      const tokenHash = uuid()
      const rotated = await under.store.update(row, { tokenHash, active: true }, policy)
      assert.deepEqual([rotated?.id, rotated?.data, rotated?.version, rotated?.userId], [row.id, { cart: [1] }, 2, null])
      await assertDead(under, row)
      assert.ok(await under.store.find({ id: row.id, tokenHash }))
    },
  },
  {
    name: 'login binds the user, keeps the data and restarts the absolute lifetime',
    run: async (under) => {
      const limited = { ...policy, absoluteSeconds: 100 }
      const row = await begin(under, { data: { cart: [1] } }, limited)
      await under.elapse(60)
      const tokenHash = uuid()
      const loggedIn = await under.store.update(row, { tokenHash, userId: '7', active: true }, limited)
      assert.deepEqual([loggedIn?.userId, loggedIn?.data], ['7', { cart: [1] }])
      near(loggedIn?.secondsLeft, 100)
      assert.ok(loggedIn?.authenticatedAt)
    },
  },
  {
    name: 'replaces one session by another in one step',
    run: async (under) => {
      const old = await begin(under, { userId: 'a', data: { secret: 1 } })
      const fresh = await under.store.create(aSession({ userId: 'b' }), policy, old)
      assert.deepEqual([fresh?.userId, fresh?.data, fresh?.version], ['b', {}, 1])
      await assertDead(under, old)
    },
  },
  ...expiryCases.map(([name, expiry, absoluteSeconds, seconds]) => ({
    name: `a session ends ${name}`,
    run: async (under: StoreUnderTest) => {
      const row = await begin(under, { expiry }, { ...policy, absoluteSeconds })
      near(row.secondsLeft, seconds)
      await under.elapse(seconds - 3)
      assert.ok(await under.store.find(row))
      await under.elapse(4)
      assert.equal(await under.store.find(row), null)
    },
  })),
  {
    name: 'a fixed end is kept whatever is written, and replaced only by a new rule',
    run: async (under) => {
      const { expiresAt, secondsLeft } = await begin(under)
      const at = new Date(expiresAt.getTime() - secondsLeft * 1000 + 500_000)
      const row = await begin(under, { expiry: { at } })
      await under.elapse(100)
      const written = await under.store.update(row, write({ set: { a: 1 } }), policy)
      near(written?.secondsLeft, 400)
      const back = await under.store.update(row, { expiry: null, active: true }, policy)
      assert.equal(back?.expiry, null)
      near(back?.secondsLeft, 1000)
    },
  },
  {
    name: 'an expiry in the past ends the session',
    run: async (under) => {
      for (const expiry of [{ idleSeconds: -1 }, { at: new Date(0) }]) {
        const row = await begin(under)
        const ended = await under.store.update(row, { expiry, active: true }, policy)
        assert.ok(ended && ended.secondsLeft <= 0)
        await assertDead(under, row)
      }
    },
  },
  {
    name: 'a write moves expiry and last-seen only once they are a step behind',
    run: async (under) => {
      const row = await begin(under)
      await under.elapse(40)
      const early = await under.store.update(row, write({ set: { a: 1 } }), policy)
      near(early?.secondsLeft, 960)
      near(early?.secondsSinceSeen, 40)
      await under.elapse(20)
      const due = await under.store.update(row, { ...write({ set: { a: 2 } }), client: { ip: '::1', userAgent: 'New' } }, policy)
      near(due?.secondsLeft, 1000)
      near(due?.secondsSinceSeen, 0)
      assert.deepEqual([due?.ip, due?.userAgent], ['::1', 'New'])
    },
  },
  {
    name: 'a visit moves last-seen, not expiry, unless reading counts as activity; a touch is no new version',
    run: async (under) => {
      const row = await begin(under)
      await under.elapse(100)
      near((await under.store.update(row, { active: false }, policy))?.secondsLeft, 900)
      const active = await under.store.update(row, { active: true }, policy)
      near(active?.secondsLeft, 1000)
      assert.equal(active?.version, 1)
    },
  },
  {
    name: 'a shorter default applies at the next write',
    run: async (under) => {
      const row = await begin(under)
      near((await under.store.update(row, write({ set: { a: 1 } }), { ...policy, maxAgeSeconds: 100 }))?.secondsLeft, 100)
    },
  },
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
  {
    name: 'of two rotations of one token one wins',
    run: async (under) => {
      const row = await begin(under)
      const both = await Promise.all([0, 1].map(() => under.store.update(row, { tokenHash: uuid(), active: true }, policy)))
      assert.equal(both.filter((result) => result !== null).length, 1)
    },
  },
  {
    name: 'twenty parallel writers of different keys all survive',
    run: async (under) => {
      const row = await begin(under)
      await Promise.all(Array.from({ length: 20 }, (_, i) => under.store.update(row, write({ set: { [`k${i}`]: i } }), policy)))
      assert.equal(Object.keys((await under.store.find(row))?.data ?? {}).length, 20)
    },
  },
]
