import assert from 'node:assert/strict'
import { uuidV7 } from '../../core/data/bytes.ts'
import { emptyPatch, type Patch } from '../../core/data/patch.ts'
import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type { Change, NewSession, SessionStore, StoredSession, UpdatedSession } from '../../core/store/store.ts'

/** A store to test, empty or not, and a way to let time pass for it. */
export interface StoreUnderTest {
  readonly store: SessionStore
  /** Makes everything stored so far this much older. */
  elapse(seconds: number): Promise<void>
  /** Whether expired sessions go by themselves, so that none can be listed or cleared. @default false */
  readonly dropsExpired?: boolean
}

/** One rule that every store must keep: run it with any test runner. */
export interface ContractCase {
  /** Identifies the rule and stays the same when its name is reworded. A suite can list the ids of rules that a store does not keep. */
  readonly id: string
  /** States the rule in a whole sentence, for a test report. */
  readonly name: string
  run(under: StoreUnderTest): Promise<void>
}

/** Idle 1000 seconds, in steps of 50. */
export const policy: ExpiryPolicy = { maxAgeSeconds: 1000, absoluteSeconds: null, touchSeconds: 50 }
// A millisecond apart, so that they sort as they were made.
let lastId = Date.now()
/** A new id, or anything else that must be a UUID. */
export const uuid = () => uuidV7(lastId++, crypto.getRandomValues(new Uint8Array(10)))

/** A session to begin. */
export function aSession(more: Partial<NewSession> = {}): NewSession {
  return { id: uuid(), tokenHash: uuid(), userId: null, expiry: null, ip: null, userAgent: null, data: {}, ...more }
}

/** A patch of these parts only. */
export const patch = (parts: Partial<Patch>): Patch => ({ ...emptyPatch, ...parts })
/** A change that patches data. */
export const write = (parts: Partial<Patch>): Change => ({ patch: patch(parts), extendsExpiry: true })

/** Begins a session and answers its row. */
export async function begin({ store }: StoreUnderTest, more: Partial<NewSession> = {}, under = policy): Promise<StoredSession> {
  const row = await store.create(aSession(more), under)
  assert.ok(row)
  return row
}

/** Asserts that `actual` is within two seconds of `expected`: the store's clock runs while the test does. */
export function near(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 2, `${actual} is not near ${expected}`)
}

/** Asserts that the store refuses every kind of write to `ref`, and that `id` stays as it was. */
export async function assertDead({ store }: StoreUnderTest, ref: { id: string; tokenHash: string }): Promise<void> {
  assert.equal(await store.find(ref), null)
  for (const change of [
    write({ set: { a: 1 } }),
    { extendsExpiry: true },
    { tokenHash: uuid(), extendsExpiry: true },
    { userId: 'u', extendsExpiry: true },
  ]) {
    assert.equal(await store.update(ref, change, policy), null)
  }
  assert.equal(await store.update(ref, { expiry: { idleSeconds: 9000 }, extendsExpiry: true }, policy), null)
  assert.equal(await store.modify(ref, () => patch({ set: { a: 1 } }), policy, { timeoutMs: 1000 }), null)
  assert.equal(await store.create(aSession(), policy, ref), null)
}

/** Updates a session, and asserts that no other request held it. */
export async function update(
  { store }: Pick<StoreUnderTest, 'store'>,
  ...args: Parameters<SessionStore['update']>
): Promise<UpdatedSession | null> {
  return withoutConflict(await store.update(...args))
}

/** Modifies a session, and asserts that no other request held it. */
export async function modify(
  { store }: Pick<StoreUnderTest, 'store'>,
  ...args: Parameters<SessionStore['modify']>
): Promise<StoredSession | null> {
  return withoutConflict(await store.modify(...args))
}

function withoutConflict<T>(result: T | 'conflict'): T {
  assert.notEqual(result, 'conflict')
  return result as T
}
