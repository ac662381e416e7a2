import assert from 'node:assert/strict'
import type { JsonObject } from '../../core/data/json.ts'
import { begin, type ContractCase, modify, patch, policy, update, write } from './tools.ts'

/** How data is changed. */
export const dataContract: readonly ContractCase[] = [
  {
    id: 'a-write-merges-keys',
    name: 'merges the keys that are set and leaves the others alone',
    run: async (under) => {
      const row = await begin(under, { data: { a: 1, b: { x: 1 }, c: 3 } })
      const after = await update(under, row, write({ set: { b: { y: 2 }, d: null }, remove: ['c', 'absent'] }), policy)
      assert.deepEqual(after?.data, { a: 1, b: { y: 2 }, d: null })
      assert.equal(after?.version, 2)
    },
  },
  {
    id: 'returned-data-is-not-shared',
    name: 'answers objects that nobody else holds, so that the caller may freeze them',
    run: async (under) => {
      const data = { cart: { items: [1] } }
      const row = await begin(under, { data })
      const reads = [...(await Promise.all([under.store.find(row), under.store.find(row)])), await under.store.find(row)]
      for (const read of reads) {
        assert.ok(read && !Object.isFrozen(read.data))
        Object.freeze(read.data)
      }
      const after = await update(under, row, write({ set: { more: true } }), policy)
      assert.deepEqual(after?.data, { ...data, more: true })
    },
  },
  {
    id: 'keys-may-hold-any-character',
    name: 'keeps keys with quotes, backslashes, commas and braces as they are',
    run: async (under) => {
      const odd = { 'a"b': 1, 'c\\d': 2, 'e,{f}': 3, '': 4, "g'h": 5, 'ü\n': 6 }
      const row = await begin(under, { data: odd })
      const after = await update(under, row, write({ remove: Object.keys(odd).slice(0, 5) }), policy)
      assert.deepEqual(after?.data, { 'ü\n': 6 })
    },
  },
  {
    id: 'clear-keeps-reserved-keys',
    name: 'clear empties the data, keeps the session and the reserved keys',
    run: async (under) => {
      const row = await begin(under, { data: { a: 1, _flash: 2 } })
      const after = await update(under, row, write({ clear: true, set: { b: 3 } }), policy)
      assert.deepEqual(after?.data, { b: 3, _flash: 2 })
    },
  },
  {
    id: 'defaults-fill-only-absent-keys',
    name: 'defaults are written only where the key is absent',
    run: async (under) => {
      const row = await begin(under, { data: { a: 1 } })
      const after = await update(under, row, write({ defaults: { a: 2, b: 2 } }), policy)
      assert.deepEqual(after?.data, { a: 1, b: 2 })
    },
  },
  {
    id: 'a-key-is-taken-once',
    name: 'takes a key once and answers its value',
    run: async (under) => {
      const row = await begin(under, { data: { a: { x: [1] }, b: 2, n: null } })
      const first = await update(under, row, { take: 'a', extendsExpiry: true }, policy)
      assert.deepEqual([first?.taken, first?.data], [{ x: [1] }, { b: 2, n: null }])
      assert.equal(await update(under, row, { take: 'a', extendsExpiry: true }, policy), null)
      assert.equal((await update(under, row, { take: 'n', extendsExpiry: true }, policy))?.taken, null)
    },
  },
  {
    id: 'a-write-checks-version-and-size',
    name: 'refuses a write for another version, and one to data beyond the bound',
    run: async (under) => {
      const row = await begin(under, { data: { a: 'x'.repeat(100) } })
      assert.equal(await update(under, row, { ...write({ set: { a: 2 } }), ifVersion: 7 }, policy), null)
      assert.equal(await update(under, row, { ...write({ set: { b: 2 } }), maxBytesBefore: 50 }, policy), null)
      assert.equal((await under.store.find(row))?.version, 1)
    },
  },
  {
    id: 'modify-sees-the-newest-data',
    name: 'modify hands out the newest data and writes its patch, or nothing',
    run: async (under) => {
      const row = await begin(under, { data: { n: 1 } })
      await update(under, row, write({ set: { n: 2 } }), policy)
      const add = ({ n }: JsonObject) => patch({ set: { n: Number(n) + 1 } })
      assert.deepEqual((await modify(under, row, add, policy, { timeoutMs: 1000 }))?.data, { n: 3 })
      assert.equal((await modify(under, row, () => null, policy, { timeoutMs: 1000 }))?.version, 3)
    },
  },
  {
    id: 'modify-writes-nothing-if-it-throws',
    name: 'modify writes nothing if its function throws',
    run: async (under) => {
      const row = await begin(under, { data: { n: 1 } })
      const fail = () => {
        throw new RangeError('mine')
      }
      await assert.rejects(modify(under, row, fail, policy, { timeoutMs: 1000 }), RangeError)
      assert.equal((await under.store.find(row))?.version, 1)
    },
  },
  {
    id: 'parallel-writes-of-different-keys-survive',
    name: 'twenty parallel writers of different keys all survive',
    run: async (under) => {
      const row = await begin(under)
      await Promise.all(Array.from({ length: 20 }, (_, i) => update(under, row, write({ set: { [`k${i}`]: i } }), policy)))
      assert.equal(Object.keys((await under.store.find(row))?.data ?? {}).length, 20)
    },
  },
]
