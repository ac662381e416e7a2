import type { OpenedCookie } from '../../core/cookie/carrier.ts'
import { SessionError } from '../../core/errors.ts'
import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type { JsonObject } from '../../core/data/json.ts'
import type { Change, NewSession, Patch, Removal, SessionPage, SessionRef, SessionStore, StoredSession } from '../../core/store/store.ts'
import { beginRow, changeRow, isOpenTo, type Row, storedRow } from '../rows/rows.ts'
import { packed, unpacked } from './payload.ts'
import type { Seal } from './seal.ts'

/** Opens the store of a request that came with `value` as its cookie. */
export async function openCookie(value: string | undefined, seal: Seal, now: () => number): Promise<OpenedCookie> {
  const none = new RequestStore(seal, now, null)
  if (value === undefined) return { store: none, found: null }
  const opened = await seal.open(value)
  if (typeof opened === 'string') return { store: none, found: opened }
  const row = unpacked(opened.text)
  const store = new RequestStore(seal, now, { row, sealed: value })
  return { store, found: (await store.find(row)) ?? 'unknown' }
}

/** Refuses what needs to know of sessions other than the visitor's own. */
export async function refuse(): Promise<never> {
  const reason = 'cookieStore() keeps no session on the server, so none can be listed, counted or revoked there.'
  throw new SessionError('CONFIG_INVALID', `${reason} Use a store that does, such as drizzleStore(db) or redisStore(client).`)
}

interface Held {
  readonly row: Row
  readonly sealed: string
}

/** Holds the session of one request. It takes one change at a time, as the queue of a session object sends them. */
class RequestStore implements SessionStore {
  readonly name = 'cookie'
  readonly count = refuse
  readonly stats = refuse
  readonly #seal: Seal
  readonly #now: () => number
  #held: Held | null

  constructor(seal: Seal, now: () => number, held: Held | null) {
    this.#seal = seal
    this.#now = now
    this.#held = held
  }

  async find(ref: SessionRef) {
    const held = this.#live(ref)
    return held && this.#stored(held)
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    return replaces && !this.#live(replaces) ? null : this.#keep(beginRow(session, policy, this.#now()))
  }

  async update(ref: SessionRef, change: Change, policy: ExpiryPolicy) {
    const held = this.#live(ref)
    const changed = held && changeRow(held.row, change, policy, this.#now())
    if (!changed) return null
    const { taken } = changed
    return { ...(await this.#keep(changed.row)), ...(taken !== undefined && { taken }) }
  }

  async modify(ref: SessionRef, compute: (data: JsonObject) => Patch | null, policy: ExpiryPolicy) {
    const held = this.#live(ref)
    const patch = held && compute(held.row.data)
    return patch ? this.update(ref, { patch, extendsExpiry: true }, policy) : held && this.#stored(held)
  }

  async remove(which: Removal) {
    if (!('tokenHash' in which)) return refuse()
    const row = this.#held?.row
    if (row?.id !== which.id || row.tokenHash !== which.tokenHash) return []
    this.#held = null
    return [{ id: row.id, userId: row.userId }]
  }

  /** Its own session only, as it is asked for when a write found nothing. */
  async list({ ids }: SessionPage) {
    const row = this.#held?.row
    if (!row || ids?.length !== 1 || ids[0] !== row.id) return refuse()
    const live = await this.find(row)
    return live ? [live] : []
  }

  async clearExpired() {
    return 0
  }

  #live(ref: SessionRef): Held | null {
    return this.#held && isOpenTo(this.#held.row, ref, this.#now()) ? this.#held : null
  }

  /** Takes the row over once it is sealed: what is too large for a cookie changes nothing. */
  async #keep(row: Row): Promise<StoredSession> {
    const held = { row, sealed: await this.#seal.close(packed(row)) }
    this.#held = held
    return this.#stored(held)
  }

  #stored({ row, sealed }: Held): StoredSession {
    return { ...storedRow(row, this.#now()), sealed }
  }
}
