import assert from 'node:assert/strict'
import type { ExpiryRule } from '../../core/store/expiry.ts'
import {
  aSession,
  assertDead,
  assertNear,
  type ContractCase,
  createSession,
  find,
  policy,
  type StoreUnderTest,
  update,
  uuid,
  write,
} from './tools.ts'

const expiryCases: readonly [id: string, when: string, ExpiryRule, number | null, number][] = [
  ['expires-after-the-default', 'after the default lifetime', null, null, 1000],
  ['expires-after-its-own-idle-lifetime', 'after its own idle lifetime', { idleSeconds: 60 }, null, 60],
  [
    'expires-after-the-default-if-it-ends-with-the-browser',
    'after the default lifetime if its cookie expires when the browser closes',
    { idleSeconds: 0 },
    null,
    1000,
  ],
  ['never-outlives-the-absolute-lifetime', 'after the absolute lifetime at the latest', { idleSeconds: 600 }, 30, 30],
]

/** The rules for expiry and last-seen. */
export const expiryContract: readonly ContractCase[] = [
  ...expiryCases.map(([id, when, expiry, absoluteSeconds, seconds]) => ({
    id,
    name: `a session expires ${when}`,
    run: async (under: StoreUnderTest) => {
      const row = await createSession(under, { expiry }, { ...policy, absoluteSeconds })
      assertNear(row.secondsLeft, seconds)
      await under.elapse(seconds - 3)
      assert.ok(await find(under, row))
      await under.elapse(4)
      assert.equal(await find(under, row), null)
    },
  })),
  {
    id: 'a-write-keeps-a-fixed-end',
    name: 'a write keeps a fixed expiry, and only a new rule replaces it',
    run: async (under) => {
      const { expiresAt, secondsLeft } = await createSession(under)
      const at = new Date(expiresAt.getTime() - secondsLeft * 1000 + 500_000)
      const row = await createSession(under, { expiry: { at } })
      await under.elapse(100)
      const written = await update(under, row, write({ set: { a: 1 } }), policy)
      assertNear(written?.secondsLeft, 400)
      const reset = await update(under, row, { expiry: null, extendsExpiry: true }, policy)
      assert.equal(reset?.expiry, null)
      assertNear(reset?.secondsLeft, 1000)
    },
  },
  {
    id: 'a-fixed-end-still-moves-last-seen',
    name: 'with a fixed expiry, last-seen advances in the steps of the default lifetime',
    run: async (under) => {
      const short = { ...policy, maxAgeSeconds: 100 }
      const { expiresAt, secondsLeft } = await createSession(under)
      const at = new Date(expiresAt.getTime() - secondsLeft * 1000 + 500_000)
      const row = await createSession(under, { expiry: { at } }, short)
      await under.elapse(20)
      assertNear((await update(under, row, write({ set: { a: 1 } }), short))?.secondsSinceSeen, 0)
    },
  },
  {
    id: 'a-past-expiry-ends-the-session',
    name: 'an expiry in the past expires the session',
    run: async (under) => {
      for (const expiry of [{ idleSeconds: -1 }, { at: new Date(0) }]) {
        const row = await createSession(under)
        const expired = await update(under, row, { expiry, extendsExpiry: true }, policy)
        assert.ok(expired && expired.secondsLeft <= 0)
        await assertDead(under, row)
      }
    },
  },
  {
    id: 'a-write-moves-expiry-in-steps',
    name: 'a write advances expiry and last-seen only once they are a step behind',
    run: async (under) => {
      const row = await createSession(under)
      await under.elapse(40)
      const tooEarly = await update(under, row, write({ set: { a: 1 } }), policy)
      assertNear(tooEarly?.secondsLeft, 960)
      assertNear(tooEarly?.secondsSinceSeen, 40)
      await under.elapse(20)
      const due = await update(under, row, { ...write({ set: { a: 2 } }), client: { ip: '::1', userAgent: 'New' } }, policy)
      assertNear(due?.secondsLeft, 1000)
      assertNear(due?.secondsSinceSeen, 0)
      assert.deepEqual([due?.ip, due?.userAgent], ['::1', 'New'])
    },
  },
  {
    id: 'a-visit-moves-only-last-seen',
    name: 'a touch keeps the version and advances last-seen, and the expiry only with extendsExpiry',
    run: async (under) => {
      const row = await createSession(under)
      await under.elapse(100)
      assertNear((await update(under, row, { extendsExpiry: false }, policy))?.secondsLeft, 900)
      const extended = await update(under, row, { extendsExpiry: true }, policy)
      assertNear(extended?.secondsLeft, 1000)
      assert.equal(extended?.version, 1)
    },
  },
  {
    id: 'a-write-without-activity-keeps-the-expiry',
    name: 'a write without extendsExpiry keeps the expiry',
    run: async (under) => {
      const row = await createSession(under)
      await under.elapse(500)
      const written = await update(under, row, { ...write({ set: { a: 1 } }), extendsExpiry: false }, policy)
      assert.deepEqual(written?.data, { a: 1 })
      assertNear(written?.secondsLeft, 500)
    },
  },
  {
    id: 'a-login-with-a-past-expiry-is-dead',
    name: 'a login with an expiry in the past leaves no live session',
    run: async (under) => {
      const expiry = { idleSeconds: -5 }
      const started = await under.store.create(aSession({ userId: 'u', expiry }), policy)
      assert.ok(!started || started.secondsLeft <= 0)
      const row = await createSession(under)
      const expired = await update(under, row, { userId: 'u', tokenHash: uuid(), expiry, extendsExpiry: true }, policy)
      assert.ok(expired && expired.secondsLeft <= 0)
      await assertDead(under, expired)
    },
  },
  {
    id: 'a-shorter-default-applies-at-the-next-write',
    name: 'a shorter default lifetime applies from the next write',
    run: async (under) => {
      const row = await createSession(under)
      assertNear((await update(under, row, write({ set: { a: 1 } }), { ...policy, maxAgeSeconds: 100 }))?.secondsLeft, 100)
    },
  },
]
