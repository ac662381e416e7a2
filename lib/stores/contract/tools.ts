import assert from 'node:assert/strict'
import { uuidV7 } from '../../core/data/bytes.ts'
import { emptyPatch, type Patch } from '../../core/data/patch.ts'
import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type { Change, SessionStore } from '../../core/store/store.ts'
import type { NewSession, SessionRef, StoredSession, UpdatedSession } from '../../core/store/stored-session.ts'

/** A store to test, which need not be empty, and a function that lets time pass for it. */
export interface StoreUnderTest {
  readonly store: SessionStore
  /** Makes all stored sessions older by this number of seconds. */
  elapse(seconds: number): Promise<void>
  /**
   * True if the store deletes expired sessions by itself, so that they can be neither listed nor cleared. @default
   * false
   */
  readonly dropsExpired?: boolean
}

/** One rule that every store must keep. */
export interface ContractCase {
  /**
   * Identifies the rule and stays the same when its name is reworded. A suite can list the ids of rules that a store
   * does not keep.
   */
  readonly id: string
  /** States the rule in a whole sentence, for a test report. */
  readonly name: string
  /** Tests the rule. Rejects with an AssertionError if the store does not keep it. */
  run(under: StoreUnderTest): Promise<void>
}

/** An idle lifetime of 1000 seconds that advances in steps of 50 seconds. */
export const policy: ExpiryPolicy = { maxAgeSeconds: 1000, absoluteSeconds: null, touchSeconds: 50 }

let lastTime = 0

/** Returns a new UUID, for an id or a hash. */
export function uuid(): string {
  // At least a millisecond apart, so that they sort in the order of their creation.
  lastTime = Math.max(lastTime + 1, Date.now())
  return uuidV7(lastTime, crypto.getRandomValues(new Uint8Array(10)))
}

/** Returns an anonymous session to create, with the given parts replaced. */
export function aSession(more: Partial<NewSession> = {}): NewSession {
  const client = { ip: null, userAgent: null }
  return { id: uuid(), tokenHash: uuid(), userId: null, authHash: null, expiry: null, ...client, data: {}, ...more }
}

/** Returns a patch with only these parts. */
export const patch = (parts: Partial<Patch>): Patch => ({ ...emptyPatch, ...parts })
/** Returns a change that patches the data and extends the expiry. */
export const write = (parts: Partial<Patch>): Change => ({ patch: patch(parts), extendsExpiry: true })

/** Creates a session and returns it. */
export async function createSession(
  { store }: StoreUnderTest,
  more: Partial<NewSession> = {},
  expiry = policy,
): Promise<StoredSession> {
  const row = await store.create(aSession(more), expiry)
  assert.ok(row)
  return row
}

/**
 * Asserts that `actual` differs from `expected` by less than two seconds, because the store's clock runs during the
 * test.
 */
export function assertNear(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 2, `${actual} is not near ${expected}`)
}

/** Asserts that `find` returns `found` for `ref`, and that the store rejects every kind of write to it. */
export async function assertDead(
  { store }: StoreUnderTest,
  ref: { id: string; tokenHash: string },
  found: 'rotated' | null = null,
): Promise<void> {
  assert.equal(await store.find(ref), found)
  for (const change of [
    write({ set: { a: 1 } }),
    { extendsExpiry: true },
    { tokenHash: uuid(), extendsExpiry: true },
    { userId: 'u', extendsExpiry: true },
    { userId: 'u', tokenHash: uuid(), acceptsRotated: true, extendsExpiry: true },
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

/** Finds a session, and asserts that `ref` does not belong to an old token. */
export async function find({ store }: Pick<StoreUnderTest, 'store'>, ref: SessionRef): Promise<StoredSession | null> {
  const row = await store.find(ref)
  assert.notEqual(row, 'rotated')
  return row as StoredSession | null
}
