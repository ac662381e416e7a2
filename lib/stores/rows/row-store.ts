import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type { JsonObject } from '../../core/data/json.ts'
import { conflict } from '../../core/session/write-errors.ts'
import type {
  Change,
  NewSession,
  Patch,
  Removal,
  RemovedSession,
  SessionFilter,
  SessionPage,
  SessionRef,
  SessionStore,
} from '../../core/store/store.ts'
import { beginRow, changeRow, fits, isLive, isOpenTo, pageOf, type Row, statsOf, storedRow, surplusOf, withDates } from './rows.ts'

/** A session as a `RowKeeper` keeps it: plain JSON values. */
export interface DriverRow {
  /** A UUID. */
  readonly id: string
  /** Grows with every write. */
  readonly revision: number
  /** When the session ends, in epoch milliseconds: for places that delete by themselves what has expired. */
  readonly expiresAt: number
  /** The session itself, as JSON. */
  readonly text: string
}

/** A place that keeps rows by id, and can write one on condition: a table of DynamoDB, a bucket, a folder. Rejects when the place fails. */
export interface RowDriver {
  /** The store's name, for people to read. */
  readonly name: string
  /** The row of this id, expired or not; never an old copy. */
  get(id: string): Promise<DriverRow | null>
  /** Writes `row`, if the one that is there has the revision `expected` (0: if there is none). One atomic step; answers whether it wrote. */
  put(row: DriverRow, expected: number): Promise<boolean>
  /** Deletes the row of this id, if it has the revision `expected`. One atomic step; answers whether it deleted. */
  delete(id: string, expected: number): Promise<boolean>
  /** All rows, in any order. */
  all(): AsyncIterable<DriverRow> | Iterable<DriverRow>
  /** The one clock of all who share the place, in epoch milliseconds. @default Date.now */
  readonly now?: () => number
}

/**
 * A session store out of four functions that read, write and delete whole rows. Each change is computed here and written if nobody else was
 * faster, else computed anew; so nothing is lost, and under contention a change takes several tries. To list, count, or end the sessions of
 * a user it reads all rows: implement `SessionStore` itself where there are many.
 */
export function rowStore(keeper: RowDriver): SessionStore {
  return new RowStore(keeper)
}

interface Held {
  readonly row: Row
  readonly revision: number
}

class RowStore implements SessionStore {
  readonly name: string
  readonly #keeper: RowDriver

  constructor(keeper: RowDriver) {
    this.name = keeper.name
    this.#keeper = keeper
  }

  async find(ref: SessionRef) {
    const held = await this.#live(ref)
    return held && this.#stored(held.row)
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    // Ended first: if the second step fails, the visitor is logged out, and the old token opens nothing.
    if (replaces && !(await this.#end(replaces.id, (row) => isOpenTo(row, replaces, this.#now())))) return null
    const row = beginRow(session, policy, this.#now())
    return (await this.#put(row, 0)) ? this.#stored(row) : null
  }

  async update(ref: SessionRef, change: Change, policy: ExpiryPolicy) {
    for (;;) {
      const held = await this.#live(ref)
      const changed = held && changeRow(held.row, change, policy, this.#now())
      if (!changed) return null
      const { row, taken } = changed
      if (await this.#put(row, held.revision)) return { ...this.#stored(row), ...(taken !== undefined && { taken }) }
    }
  }

  async modify(
    ref: SessionRef,
    compute: (data: JsonObject) => Patch | null,
    policy: ExpiryPolicy,
    { timeoutMs, client }: Parameters<SessionStore['modify']>[3],
  ) {
    for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; ) {
      const held = await this.#live(ref)
      const patch = held && compute(held.row.data)
      if (!patch) return held && this.#stored(held.row)
      const changed = changeRow(held.row, { patch, extendsExpiry: true, ...(client && { client }) }, policy, this.#now())
      if (!changed) return null
      if (await this.#put(changed.row, held.revision)) return this.#stored(changed.row)
    }
    throw conflict()
  }

  async remove(which: Removal) {
    if ('tokenHash' in which) return this.#endAll([which.id], ({ tokenHash }) => tokenHash === which.tokenHash)
    const { userId } = which
    if ('ids' in which) return this.#endAll(which.ids, (row) => userId === undefined || row.userId === userId)
    if ('keepNewest' in which) {
      const surplus = surplusOf(await this.#matching({ userId: which.userId, status: 'active' }), which.keepNewest)
      return this.#endAll([...surplus.keys()], (row) => row.userId === userId && row.lastSeenAt.getTime() === surplus.get(row.id))
    }
    if (which.requiresLive && !(await this.#live(which.requiresLive))) return []
    const ids = (await this.#matching({ userId: which.userId })).map(({ id }) => id).filter((id) => id !== which.exceptId)
    return this.#endAll(ids, (row) => row.userId === userId)
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
    return (await this.#endAll(expired, (row) => !isLive(row, this.#now()))).length
  }

  async #live(ref: SessionRef): Promise<Held | null> {
    const held = await this.#get(ref.id)
    return held && isOpenTo(held.row, ref, this.#now()) ? held : null
  }

  async #matching(filter: SessionFilter): Promise<Row[]> {
    const rows: Row[] = []
    for await (const { text } of this.#keeper.all()) {
      const row = withDates(JSON.parse(text))
      const ofStatus = !filter.status || isLive(row, this.#now()) === (filter.status !== 'expired')
      if (ofStatus && fits(row, filter)) rows.push(row)
    }
    return rows
  }

  async #endAll(ids: readonly string[], may: (row: Row) => boolean): Promise<RemovedSession[]> {
    const ended = await Promise.all([...new Set(ids)].map((id) => this.#end(id, may)))
    return ended.filter((session) => session !== null)
  }

  /** Ends a session that `may` be ended, as it is at that moment. */
  async #end(id: string, may: (row: Row) => boolean): Promise<RemovedSession | null> {
    for (;;) {
      const held = await this.#get(id)
      if (!held || !may(held.row)) return null
      if (await this.#keeper.delete(id, held.revision)) return { id, userId: held.row.userId }
    }
  }

  async #get(id: string): Promise<Held | null> {
    const kept = await this.#keeper.get(id)
    return kept && { row: withDates(JSON.parse(kept.text)), revision: kept.revision }
  }

  #put(row: Row, expected: number): Promise<boolean> {
    const { id, expiresAt } = row
    return this.#keeper.put({ id, revision: expected + 1, expiresAt: expiresAt.getTime(), text: JSON.stringify(row) }, expected)
  }

  #stored(row: Row) {
    return storedRow(row, this.#now())
  }

  #now(): number {
    return (this.#keeper.now ?? Date.now)()
  }
}
