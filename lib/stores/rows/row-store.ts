import type { JsonObject } from '../../core/data/json.ts'
import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type {
  Change,
  ComputedPatch,
  Removal,
  RemovedSession,
  SessionFilter,
  SessionPage,
  SessionStore,
} from '../../core/store/store.ts'
import type { NewSession, SessionRef } from '../../core/store/stored-session.ts'
import {
  admits,
  changeRow,
  createRow,
  isLive,
  isOpenTo,
  isRotated,
  matches,
  pageOf,
  type Row,
  statsOf,
  storedRow,
  surplusOf,
} from './rows.ts'
import { withDates } from './written-row.ts'

/** A row as a `RowDriver` stores it: plain JSON values. */
export interface DriverRow {
  /** A UUID. */
  readonly id: string
  /** Grows with each write. */
  readonly revision: number
  /** The session's expiry in epoch milliseconds, for databases that delete expired rows by themselves. */
  readonly expiresAt: number
  /** The session as JSON. */
  readonly text: string
}

/**
 * Stores rows by id and writes a row if a condition holds: for example a DynamoDB table, a bucket or a folder. Its
 * methods reject if the storage fails.
 */
export interface RowDriver {
  /** The store's name in messages. */
  readonly name: string
  /** Returns the row with this id, expired or not. Never returns an outdated copy. */
  get(id: string): Promise<DriverRow | null>
  /**
   * Writes `row` if the stored one has the revision `expected` (0: if there is none), in one atomic step. Returns true if the row
   * was written.
   */
  put(row: DriverRow, expected: number): Promise<boolean>
  /** Deletes the row with this id if it has the revision `expected`, in one atomic step. Returns true if the row was deleted. */
  delete(id: string, expected: number): Promise<boolean>
  /** Returns all rows, in any order. */
  all(): AsyncIterable<DriverRow> | Iterable<DriverRow>
  /** The clock of the storage, the same for every process, in epoch milliseconds. @default Date.now */
  readonly now?: () => number
}

/**
 * Creates a session store from four functions that read, write and delete whole rows. A change is computed in this process and
 * written if no other request has changed the row; otherwise it is computed again. No update is lost, but under contention a change
 * takes several tries. Listing, counting, and revoking a user's sessions read all rows: with many sessions, implement
 * `SessionStore` yourself.
 */
export function rowStore(driver: RowDriver): SessionStore {
  return new RowStore(driver)
}

interface Revision {
  readonly row: Row
  readonly revision: number
}

class RowStore implements SessionStore {
  readonly name: string
  readonly columnNames = 'any'
  readonly #driver: RowDriver

  constructor(driver: RowDriver) {
    this.name = driver.name
    this.#driver = driver
  }

  async find(ref: SessionRef) {
    const found = await this.#get(ref.id)
    if (!found) return null
    if (isOpenTo(found.row, ref, this.#now())) return this.#stored(found.row)
    return isRotated(found.row, ref, this.#now()) ? 'rotated' : null
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    // Deletes first: if the second step fails, the visitor is logged out and the old token opens no session.
    if (replaces && !(await this.#removeIf(replaces.id, (row) => isOpenTo(row, replaces, this.#now())))) return null
    const row = createRow(session, policy, this.#now())
    return (await this.#put(row, 0)) ? this.#stored(row) : null
  }

  async update(ref: SessionRef, change: Change, policy: ExpiryPolicy) {
    for (;;) {
      const found = await this.#get(ref.id)
      if (!found || !admits(found.row, ref, change, this.#now())) return null
      const changed = changeRow(found.row, change, policy, this.#now())
      if (!changed) return null
      const { row, taken } = changed
      if (await this.#put(row, found.revision)) return { ...this.#stored(row), ...(taken !== undefined && { taken }) }
    }
  }

  async modify(
    ref: SessionRef,
    compute: (data: JsonObject) => ComputedPatch | null,
    policy: ExpiryPolicy,
    { timeoutMs, client }: Parameters<SessionStore['modify']>[3],
  ) {
    for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; ) {
      const found = await this.#live(ref)
      const patch = found && compute(found.row.data)
      if (!patch) return found && this.#stored(found.row)
      const columns = patch.columns && { columns: patch.columns }
      const change = { patch, ...columns, extendsExpiry: true, ...(client && { client }) }
      const changed = changeRow(found.row, change, policy, this.#now())
      if (!changed) return null
      if (await this.#put(changed.row, found.revision)) return this.#stored(changed.row)
    }
    return 'conflict' as const
  }

  async remove(which: Removal) {
    const { userId } = which
    if ('ids' in which) {
      const { tokenHash } = which
      const isOf = (row: Row) => (userId ?? row.userId) === row.userId && (tokenHash ?? row.tokenHash) === row.tokenHash
      return this.#removeAll(which.ids, isOf)
    }
    if ('keepNewest' in which) {
      const surplus = surplusOf(await this.#matching({ userId: which.userId, status: 'active' }), which.keepNewest)
      return this.#removeAll(
        [...surplus.keys()],
        (row) => row.userId === userId && row.lastSeenAt.getTime() === surplus.get(row.id),
      )
    }
    if (which.requiresLive && !(await this.#live(which.requiresLive))) return []
    const ids = (await this.#matching({ userId: which.userId })).map(({ id }) => id).filter((id) => id !== which.exceptId)
    return this.#removeAll(ids, (row) => row.userId === userId)
  }

  async list(page: SessionPage) {
    return pageOf(await this.#matching(page), page).map((row) => this.#stored(row))
  }

  async count(filter: SessionFilter) {
    return (await this.#matching(filter)).length
  }

  async stats() {
    return statsOf(await this.#matching({}), this.#now())
  }

  async clearExpired(limit: number) {
    const expired = (await this.#matching({ status: 'expired' })).slice(0, limit).map(({ id }) => id)
    return (await this.#removeAll(expired, (row) => !isLive(row, this.#now()))).length
  }

  async #live(ref: SessionRef): Promise<Revision | null> {
    const found = await this.#get(ref.id)
    return found && isOpenTo(found.row, ref, this.#now()) ? found : null
  }

  async #matching(filter: SessionFilter): Promise<Row[]> {
    const rows: Row[] = []
    for await (const { text } of this.#driver.all()) {
      const row = withDates(JSON.parse(text))
      const ofStatus = !filter.status || isLive(row, this.#now()) === (filter.status !== 'expired')
      if (ofStatus && matches(row, filter)) rows.push(row)
    }
    return rows
  }

  async #removeAll(ids: readonly string[], isAllowed: (row: Row) => boolean): Promise<RemovedSession[]> {
    const removed = await Promise.all([...new Set(ids)].map((id) => this.#removeIf(id, isAllowed)))
    return removed.filter((session) => session !== null)
  }

  /** Deletes a session if `isAllowed` returns true for its current row. */
  async #removeIf(id: string, isAllowed: (row: Row) => boolean): Promise<RemovedSession | null> {
    for (;;) {
      const found = await this.#get(id)
      if (!found || !isAllowed(found.row)) return null
      if (await this.#driver.delete(id, found.revision)) return { id, userId: found.row.userId }
    }
  }

  async #get(id: string): Promise<Revision | null> {
    const stored = await this.#driver.get(id)
    return stored && { row: withDates(JSON.parse(stored.text)), revision: stored.revision }
  }

  #put(row: Row, expected: number): Promise<boolean> {
    const { id, expiresAt } = row
    return this.#driver.put({ id, revision: expected + 1, expiresAt: expiresAt.getTime(), text: JSON.stringify(row) }, expected)
  }

  #stored(row: Row) {
    return storedRow(row, this.#now())
  }

  #now(): number {
    return (this.#driver.now ?? Date.now)()
  }
}
