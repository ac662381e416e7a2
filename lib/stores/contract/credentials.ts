import assert from 'node:assert/strict'
import type { Change } from '../../core/store/store.ts'
import type { ColumnValues, StoredSession } from '../../core/store/stored-session.ts'
import { aSession, type ContractCase, createSession, find, modify, patch, policy, update, uuid, write } from './tools.ts'

const deviceKey = '{"kty":"EC","crv":"P-256","x":"dGVzdA","y":"dGVzdA"}'
const touch: Change = { extendsExpiry: true }
const bound = (row: StoredSession | null | undefined) => [row?.authHash, row?.deviceKey]

/** The rules for credentials, devices and the app's own columns. */
export const credentialsContract: readonly ContractCase[] = [
  {
    id: 'stores-the-auth-hash',
    name: 'a session keeps its auth hash until a change replaces or clears it',
    run: async (under) => {
      const [first, second] = [uuid(), uuid()]
      const row = await createSession(under, { userId: 'a', authHash: first })
      assert.deepEqual(bound(row), [first, null])
      assert.deepEqual(bound(await update(under, row, write({ set: { a: 1 } }), policy)), [first, null])
      assert.deepEqual(bound(await update(under, row, touch, policy)), [first, null])
      assert.equal((await update(under, row, { ...touch, authHash: second }, policy))?.authHash, second)
      assert.equal((await find(under, row))?.authHash, second)
      assert.equal((await update(under, row, { ...touch, authHash: null }, policy))?.authHash, null)
      assert.equal((await find(under, row))?.authHash, null)
    },
  },
  {
    id: 'stores-the-device-key',
    name: 'a session keeps the key of its device until a change replaces or clears it',
    run: async (under) => {
      const row = await createSession(under, { userId: 'a' })
      assert.equal((await update(under, row, { ...touch, deviceKey }, policy))?.deviceKey, deviceKey)
      assert.equal((await update(under, row, write({ set: { a: 1 } }), policy))?.deviceKey, deviceKey)
      assert.equal((await find(under, row))?.deviceKey, deviceKey)
      assert.equal((await update(under, row, { ...touch, deviceKey: null }, policy))?.deviceKey, null)
      assert.equal((await find(under, row))?.deviceKey, null)
    },
  },
  {
    id: 'credentials-are-no-activity',
    name: 'a new auth hash or device key does not advance the expiry unless the change extends it',
    run: async (under) => {
      const row = await createSession(under, { userId: 'a', authHash: uuid() })
      await under.elapse(500)
      for (const change of [{ authHash: uuid() }, { deviceKey }]) {
        const changed = await update(under, row, { ...change, extendsExpiry: false }, policy)
        assert.ok(Number(changed?.secondsLeft) < 600, `${changed?.secondsLeft} of 1000 seconds are left after 500`)
      }
    },
  },
  {
    id: 'modify-and-rotations-keep-credentials',
    name: 'modify and a rotation keep the auth hash and the key of the device',
    run: async (under) => {
      const authHash = uuid()
      const row = await createSession(under, { userId: 'a', authHash })
      await update(under, row, { ...touch, deviceKey }, policy)
      const modified = await modify(under, row, () => patch({ set: { a: 1 } }), policy, { timeoutMs: 1000 })
      assert.deepEqual(bound(modified), [authHash, deviceKey])
      const tokenHash = uuid()
      assert.deepEqual(bound(await update(under, row, { ...touch, tokenHash }, policy)), [authHash, deviceKey])
    },
  },
  {
    id: 'lists-credentials',
    name: 'a list contains the auth hashes and the device keys',
    run: async (under) => {
      const authHash = uuid()
      const row = await createSession(under, { userId: 'a', authHash })
      await update(under, row, { ...touch, deviceKey }, policy)
      const [listed] = await under.store.list({ ids: [row.id], sort: 'created', limit: 1 })
      assert.deepEqual(bound(listed), [authHash, deviceKey])
    },
  },
  {
    id: 'a-login-stores-its-auth-hash',
    name: 'a login stores its auth hash, renews the login time and keeps id and data',
    run: async (under) => {
      const row = await createSession(under, { userId: 'a', authHash: uuid(), data: { cart: [1] } })
      await under.elapse(30)
      const change = { userId: 'a', authHash: uuid(), tokenHash: uuid(), extendsExpiry: true }
      const again = await update(under, row, change, policy)
      assert.deepEqual([again?.id, again?.data, again?.authHash], [row.id, { cart: [1] }, change.authHash])
      const age = Number(again?.expiresAt) - Number(again?.secondsLeft) * 1000 - Number(again?.authenticatedAt)
      assert.ok(Math.abs(age) < 2000, `the login is ${age} ms old`)
    },
  },
  {
    id: 'replaces-the-auth-hash-with-the-session',
    name: 'a session that replaces another one has its own auth hash and no device',
    run: async (under) => {
      const old = await createSession(under, { userId: 'a', authHash: uuid() })
      await update(under, old, { ...touch, deviceKey }, policy)
      const authHash = uuid()
      assert.deepEqual(bound(await under.store.create(aSession({ userId: 'b', authHash }), policy, old)), [authHash, null])
      assert.deepEqual(bound(await under.store.create(aSession(), policy)), [null, null])
    },
  },
  {
    id: 'removes-only-with-the-token-hash',
    name: 'a session is deleted with its token hash, but not with an old one',
    run: async (under) => {
      const row = await createSession(under, { userId: 'a' })
      const tokenHash = uuid()
      await update(under, row, { ...touch, tokenHash }, policy)
      assert.deepEqual(await under.store.remove({ ids: [row.id], tokenHash: row.tokenHash }), [])
      assert.ok(await find(under, { id: row.id, tokenHash }))
      assert.deepEqual(await under.store.remove({ ids: [row.id], tokenHash }), [{ id: row.id, userId: 'a' }])
      assert.equal(await find(under, { id: row.id, tokenHash }), null)
    },
  },
  {
    id: 'stores-own-columns',
    name: 'a store with own columns tenant, seats and trial stores them, changes only the given ones, and filters by them',
    run: async (under) => {
      if (!hasColumns(under.store.columnNames)) return
      const tenant = uuid()
      const columns = { tenant, seats: 3, trial: true }
      const row = await createSession(under, { columns })
      assert.deepEqual(own(row), columns)
      const changed = await update(under, row, { ...write({ set: { a: 1 } }), columns: { seats: 4 } }, policy)
      assert.deepEqual(own(changed), { tenant, seats: 4, trial: true })
      const compute = () => ({ ...patch({ set: { a: 2 } }), columns: { trial: null } })
      assert.deepEqual(own(await modify(under, row, compute, policy, { timeoutMs: 1000 })), { tenant, seats: 4, trial: null })
      assert.deepEqual(own(await find(under, row)), { tenant, seats: 4, trial: null })

      const ids = async (filter: ColumnValues) => {
        const rows = await under.store.list({ columns: filter, sort: 'created', limit: 10 })
        assert.equal(await under.store.count({ columns: filter }), rows.length)
        return rows.map(({ id }) => id)
      }
      assert.deepEqual(await ids({ tenant }), [row.id])
      assert.deepEqual(await ids({ tenant, seats: 4 }), [row.id])
      assert.deepEqual(await ids({ tenant, trial: null }), [row.id])
      assert.deepEqual(await ids({ tenant, seats: 3 }), [])
      assert.deepEqual(await ids({ tenant: uuid() }), [])
    },
  },
]

const ownNames = ['tenant', 'seats', 'trial'] as const

function hasColumns(names: readonly string[] | 'any' | undefined): boolean {
  return names === 'any' || ownNames.every((name) => names?.includes(name))
}

/** The three columns of a row. A store may return more columns, such as those that another test uses. */
function own(row: StoredSession | null | undefined): Record<string, unknown> {
  return Object.fromEntries(ownNames.map((name) => [name, row?.columns?.[name] ?? null]))
}
