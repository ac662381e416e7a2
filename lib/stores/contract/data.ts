import assert from 'node:assert/strict'
import type { JsonObject } from '../../core/data/json.ts'
import { type ContractCase, createSession, find, modify, patch, policy, update, write } from './tools.ts'

/** The rules for changes to the data. */
export const dataContract: readonly ContractCase[] = [
  {
    id: 'a-write-merges-keys',
    name: 'a write merges the given keys and keeps all others',
    run: async (under) => {
      const row = await createSession(under, { data: { a: 1, b: { x: 1 }, c: 3 } })
      const after = await update(under, row, write({ set: { b: { y: 2 }, d: null }, remove: ['c', 'absent'] }), policy)
      assert.deepEqual(after?.data, { a: 1, b: { y: 2 }, d: null })
      assert.equal(after?.version, 2)
    },
  },
  {
    id: 'returned-data-is-not-shared',
    name: 'returned data is not shared with other callers, so a caller may freeze it',
    run: async (under) => {
      const data = { cart: { items: [1] } }
      const row = await createSession(under, { data })
      const reads = [...(await Promise.all([find(under, row), find(under, row)])), await find(under, row)]
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
    name: 'keys may contain quotes, backslashes, commas and braces',
    run: async (under) => {
      const odd = { 'a"b': 1, 'c\\d': 2, 'e,{f}': 3, '': 4, "g'h": 5, 'ü\n': 6 }
      const row = await createSession(under, { data: odd })
      const after = await update(under, row, write({ remove: Object.keys(odd).slice(0, 5) }), policy)
      assert.deepEqual(after?.data, { 'ü\n': 6 })
    },
  },
  {
    id: 'clear-keeps-reserved-keys',
    name: 'clear removes the data and keeps the session and its reserved keys',
    run: async (under) => {
      const row = await createSession(under, { data: { a: 1, _flash: 2 } })
      const after = await update(under, row, write({ clear: true, set: { b: 3 } }), policy)
      assert.deepEqual(after?.data, { b: 3, _flash: 2 })
    },
  },
  {
    id: 'defaults-fill-only-absent-keys',
    name: 'defaults are written only for absent keys',
    run: async (under) => {
      const row = await createSession(under, { data: { a: 1 } })
      const after = await update(under, row, write({ defaults: { a: 2, b: 2 } }), policy)
      assert.deepEqual(after?.data, { a: 1, b: 2 })
    },
  },
  {
    id: 'a-key-is-taken-once',
    name: 'a key is taken only once, and its value is returned',
    run: async (under) => {
      const row = await createSession(under, { data: { a: { x: [1] }, b: 2, n: null } })
      const first = await update(under, row, { take: 'a', extendsExpiry: true }, policy)
      assert.deepEqual([first?.taken, first?.data], [{ x: [1] }, { b: 2, n: null }])
      assert.equal(await update(under, row, { take: 'a', extendsExpiry: true }, policy), null)
      assert.equal((await update(under, row, { take: 'n', extendsExpiry: true }, policy))?.taken, null)
    },
  },
  {
    id: 'a-write-checks-version-and-size',
    name: 'a write fails if the version differs or the stored data exceeds the size limit',
    run: async (under) => {
      const row = await createSession(under, { data: { a: 'x'.repeat(100) } })
      assert.equal(await update(under, row, { ...write({ set: { a: 2 } }), ifVersion: 7 }, policy), null)
      assert.equal(await update(under, row, { ...write({ set: { b: 2 } }), maxBytesBefore: 50 }, policy), null)
      assert.equal((await find(under, row))?.version, 1)
    },
  },
  {
    id: 'modify-sees-the-newest-data',
    name: 'modify passes the newest data to its callback and writes the returned patch, if any',
    run: async (under) => {
      const row = await createSession(under, { data: { n: 1 } })
      await update(under, row, write({ set: { n: 2 } }), policy)
      const add = ({ n }: JsonObject) => patch({ set: { n: Number(n) + 1 } })
      assert.deepEqual((await modify(under, row, add, policy, { timeoutMs: 1000 }))?.data, { n: 3 })
      assert.equal((await modify(under, row, () => null, policy, { timeoutMs: 1000 }))?.version, 3)
    },
  },
  {
    id: 'modify-writes-nothing-if-it-throws',
    name: 'modify writes nothing if its callback throws',
    run: async (under) => {
      const row = await createSession(under, { data: { n: 1 } })
      const fail = () => {
        throw new RangeError('mine')
      }
      await assert.rejects(modify(under, row, fail, policy, { timeoutMs: 1000 }), RangeError)
      assert.equal((await find(under, row))?.version, 1)
    },
  },
  {
    id: 'parallel-writes-of-different-keys-survive',
    name: 'twenty parallel writes of different keys are all stored',
    run: async (under) => {
      const row = await createSession(under)
      await Promise.all(Array.from({ length: 20 }, (_, i) => update(under, row, write({ set: { [`k${i}`]: i } }), policy)))
      assert.equal(Object.keys((await find(under, row))?.data ?? {}).length, 20)
    },
  },
]
