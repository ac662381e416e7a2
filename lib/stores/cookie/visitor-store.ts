import type { JsonObject } from '../../core/data/json.ts'
import { SessionError } from '../../core/errors.ts'
import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type { Change, ComputedPatch, Removal, SessionPage, SessionStore } from '../../core/store/store.ts'
import type { NewSession, SessionRef, StoredSession } from '../../core/store/stored-session.ts'
import { changeRow, createRow, isOpenTo, type Row, storedRow } from '../rows/rows.ts'

async function refuse(): Promise<never> {
  const reason = 'cookieStore() stores no session on the server, so sessions cannot be listed, counted or revoked.'
  throw new SessionError('CONFIG_INVALID', `${reason} Use a store that does, such as drizzleStore(db) or redisStore(client).`)
}

/**
 * The store for administration. It rejects every operation except `clearExpired`, because the server stores no session.
 * `clearExpired` deletes nothing.
 */
export const refusingStore: SessionStore = {
  name: 'cookie',
  find: refuse,
  create: refuse,
  update: refuse,
  modify: refuse,
  remove: refuse,
  list: refuse,
  count: refuse,
  stats: refuse,
  clearExpired: async () => 0,
}

/**
 * Holds the session of one request. It accepts one change at a time, because the queue of a session object sends one at
 * a time.
 */
export class VisitorStore implements SessionStore {
  readonly name = 'cookie'
  readonly count = refuse
  readonly stats = refuse
  readonly #seal: (row: Row) => Promise<string>
  readonly #now: () => number
  #row: Row | null = null
  /** The session's encrypted form: the value of the cookie. */
  sealed = ''

  constructor(seal: (row: Row) => Promise<string>, now: () => number) {
    this.#seal = seal
    this.#now = now
  }

  /** Loads the session that a cookie contains. Returns null if it has expired. */
  restore(row: Row, sealed: string): StoredSession | null {
    this.#row = row
    this.sealed = sealed
    return isOpenTo(row, row, this.#now()) ? storedRow(row, this.#now()) : null
  }

  async find(ref: SessionRef) {
    const row = this.#live(ref)
    return row && storedRow(row, this.#now())
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    return replaces && !this.#live(replaces) ? null : this.#save(createRow(session, policy, this.#now()))
  }

  async update(ref: SessionRef, change: Change, policy: ExpiryPolicy) {
    const row = this.#live(ref)
    if (!row) return null
    const changed = changeRow(row, change, policy, this.#now())
    if (!changed) return null
    const { taken } = changed
    return { ...(await this.#save(changed.row)), ...(taken !== undefined && { taken }) }
  }

  async modify(ref: SessionRef, compute: (data: JsonObject) => ComputedPatch | null, policy: ExpiryPolicy) {
    const row = this.#live(ref)
    const patch = row && compute(row.data)
    return patch ? this.update(ref, { patch, extendsExpiry: true }, policy) : row && storedRow(row, this.#now())
  }

  async remove(which: Removal) {
    const row = this.#row
    if (!('ids' in which)) return refuse()
    if (!row || !which.ids.includes(row.id) || (which.tokenHash ?? row.tokenHash) !== row.tokenHash) return []
    this.#row = null
    return [{ id: row.id, userId: row.userId }]
  }

  /** Returns only the session of this request. A write that changed nothing calls it to find the reason. */
  async list({ ids }: SessionPage) {
    const row = this.#row
    if (!row || ids?.length !== 1 || ids[0] !== row.id) return refuse()
    const live = await this.find(row)
    return live ? [live] : []
  }

  async clearExpired() {
    return 0
  }

  #live(ref: SessionRef): Row | null {
    return this.#row && isOpenTo(this.#row, ref, this.#now()) ? this.#row : null
  }

  /** Replaces the row only after sealing succeeded, so a session that is too large for a cookie changes nothing. */
  async #save(row: Row): Promise<StoredSession> {
    this.sealed = await this.#seal(row)
    this.#row = row
    return storedRow(row, this.#now())
  }
}
