import assert from 'node:assert/strict'
import type { ExpiryRule } from '../../core/store/expiry.ts'
import { aSession, assertDead, begin, type ContractCase, near, policy, type StoreUnderTest, uuid, write } from './tools.ts'

const expiryCases: readonly [string, ExpiryRule, number | null, number][] = [
  ['by default', null, null, 1000],
  ['with an idle lifetime of its own', { idleSeconds: 60 }, null, 60],
  ['until the browser closes, after the default', { idleSeconds: 0 }, null, 1000],
  ['never after the absolute lifetime', { idleSeconds: 600 }, 30, 30],
]

/** When sessions end. */
export const expiryContract: readonly ContractCase[] = [
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
      const back = await under.store.update(row, { expiry: null, extendsExpiry: true }, policy)
      assert.equal(back?.expiry, null)
      near(back?.secondsLeft, 1000)
    },
  },
  {
    name: 'with a fixed end, last-seen moves in the steps of the default lifetime',
    run: async (under) => {
      const short = { ...policy, maxAgeSeconds: 100 }
      const { expiresAt, secondsLeft } = await begin(under)
      const at = new Date(expiresAt.getTime() - secondsLeft * 1000 + 500_000)
      const row = await begin(under, { expiry: { at } }, short)
      await under.elapse(20)
      near((await under.store.update(row, write({ set: { a: 1 } }), short))?.secondsSinceSeen, 0)
    },
  },
  {
    name: 'an expiry in the past ends the session',
    run: async (under) => {
      for (const expiry of [{ idleSeconds: -1 }, { at: new Date(0) }]) {
        const row = await begin(under)
        const ended = await under.store.update(row, { expiry, extendsExpiry: true }, policy)
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
      near((await under.store.update(row, { extendsExpiry: false }, policy))?.secondsLeft, 900)
      const active = await under.store.update(row, { extendsExpiry: true }, policy)
      near(active?.secondsLeft, 1000)
      assert.equal(active?.version, 1)
    },
  },
  {
    name: 'a write that is no activity moves no expiry',
    run: async (under) => {
      const row = await begin(under)
      await under.elapse(500)
      const written = await under.store.update(row, { ...write({ set: { a: 1 } }), extendsExpiry: false }, policy)
      assert.deepEqual(written?.data, { a: 1 })
      near(written?.secondsLeft, 500)
    },
  },
  {
    name: 'a login with an expiry in the past begins nothing that lives',
    run: async (under) => {
      const expiry = { idleSeconds: -5 }
      const begun = await under.store.create(aSession({ userId: 'u', expiry }), policy)
      assert.ok(!begun || begun.secondsLeft <= 0)
      const row = await begin(under)
      const ended = await under.store.update(row, { userId: 'u', tokenHash: uuid(), expiry, extendsExpiry: true }, policy)
      assert.ok(ended && ended.secondsLeft <= 0)
      await assertDead(under, ended)
    },
  },
  {
    name: 'a shorter default applies at the next write',
    run: async (under) => {
      const row = await begin(under)
      near((await under.store.update(row, write({ set: { a: 1 } }), { ...policy, maxAgeSeconds: 100 }))?.secondsLeft, 100)
    },
  },
]
