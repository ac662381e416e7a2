import assert from 'node:assert/strict'
import type { ExpiryRule } from '../../core/store/expiry.ts'
import { aSession, assertDead, begin, type ContractCase, near, policy, type StoreUnderTest, update, uuid, write } from './tools.ts'

const expiryCases: readonly [id: string, ending: string, ExpiryRule, number | null, number][] = [
  ['expires-after-the-default', 'by default', null, null, 1000],
  ['expires-after-its-own-idle-lifetime', 'with an idle lifetime of its own', { idleSeconds: 60 }, null, 60],
  [
    'expires-after-the-default-if-it-ends-with-the-browser',
    'until the browser closes, after the default',
    { idleSeconds: 0 },
    null,
    1000,
  ],
  ['never-outlives-the-absolute-lifetime', 'never after the absolute lifetime', { idleSeconds: 600 }, 30, 30],
]

/** When sessions end. */
export const expiryContract: readonly ContractCase[] = [
  ...expiryCases.map(([id, ending, expiry, absoluteSeconds, seconds]) => ({
    id,
    name: `a session ends ${ending}`,
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
    id: 'a-write-keeps-a-fixed-end',
    name: 'a fixed end is kept whatever is written, and replaced only by a new rule',
    run: async (under) => {
      const { expiresAt, secondsLeft } = await begin(under)
      const at = new Date(expiresAt.getTime() - secondsLeft * 1000 + 500_000)
      const row = await begin(under, { expiry: { at } })
      await under.elapse(100)
      const written = await update(under, row, write({ set: { a: 1 } }), policy)
      near(written?.secondsLeft, 400)
      const back = await update(under, row, { expiry: null, extendsExpiry: true }, policy)
      assert.equal(back?.expiry, null)
      near(back?.secondsLeft, 1000)
    },
  },
  {
    id: 'a-fixed-end-still-moves-last-seen',
    name: 'with a fixed end, last-seen moves in the steps of the default lifetime',
    run: async (under) => {
      const short = { ...policy, maxAgeSeconds: 100 }
      const { expiresAt, secondsLeft } = await begin(under)
      const at = new Date(expiresAt.getTime() - secondsLeft * 1000 + 500_000)
      const row = await begin(under, { expiry: { at } }, short)
      await under.elapse(20)
      near((await update(under, row, write({ set: { a: 1 } }), short))?.secondsSinceSeen, 0)
    },
  },
  {
    id: 'a-past-expiry-ends-the-session',
    name: 'an expiry in the past ends the session',
    run: async (under) => {
      for (const expiry of [{ idleSeconds: -1 }, { at: new Date(0) }]) {
        const row = await begin(under)
        const ended = await update(under, row, { expiry, extendsExpiry: true }, policy)
        assert.ok(ended && ended.secondsLeft <= 0)
        await assertDead(under, row)
      }
    },
  },
  {
    id: 'a-write-moves-expiry-in-steps',
    name: 'a write moves expiry and last-seen only once they are a step behind',
    run: async (under) => {
      const row = await begin(under)
      await under.elapse(40)
      const early = await update(under, row, write({ set: { a: 1 } }), policy)
      near(early?.secondsLeft, 960)
      near(early?.secondsSinceSeen, 40)
      await under.elapse(20)
      const due = await update(under, row, { ...write({ set: { a: 2 } }), client: { ip: '::1', userAgent: 'New' } }, policy)
      near(due?.secondsLeft, 1000)
      near(due?.secondsSinceSeen, 0)
      assert.deepEqual([due?.ip, due?.userAgent], ['::1', 'New'])
    },
  },
  {
    id: 'a-visit-moves-only-last-seen',
    name: 'a visit moves last-seen, not expiry, unless reading counts as activity; a touch is no new version',
    run: async (under) => {
      const row = await begin(under)
      await under.elapse(100)
      near((await update(under, row, { extendsExpiry: false }, policy))?.secondsLeft, 900)
      const active = await update(under, row, { extendsExpiry: true }, policy)
      near(active?.secondsLeft, 1000)
      assert.equal(active?.version, 1)
    },
  },
  {
    id: 'a-write-without-activity-keeps-the-expiry',
    name: 'a write that is no activity moves no expiry',
    run: async (under) => {
      const row = await begin(under)
      await under.elapse(500)
      const written = await update(under, row, { ...write({ set: { a: 1 } }), extendsExpiry: false }, policy)
      assert.deepEqual(written?.data, { a: 1 })
      near(written?.secondsLeft, 500)
    },
  },
  {
    id: 'a-login-with-a-past-expiry-is-dead',
    name: 'a login with an expiry in the past begins nothing that lives',
    run: async (under) => {
      const expiry = { idleSeconds: -5 }
      const started = await under.store.create(aSession({ userId: 'u', expiry }), policy)
      assert.ok(!started || started.secondsLeft <= 0)
      const row = await begin(under)
      const ended = await update(under, row, { userId: 'u', tokenHash: uuid(), expiry, extendsExpiry: true }, policy)
      assert.ok(ended && ended.secondsLeft <= 0)
      await assertDead(under, ended)
    },
  },
  {
    id: 'a-shorter-default-applies-at-the-next-write',
    name: 'a shorter default applies at the next write',
    run: async (under) => {
      const row = await begin(under)
      near((await update(under, row, write({ set: { a: 1 } }), { ...policy, maxAgeSeconds: 100 }))?.secondsLeft, 100)
    },
  },
]
