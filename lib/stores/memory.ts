import { type ExpiryPolicy, expiresAt, touchStepSeconds } from '../core/expiry.ts'
import { type JsonObject, jsonBytes } from '../core/json.ts'
import { applyPatch } from '../core/patch.ts'
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
  StoredSession,
} from '../core/store.ts'

/** What `memoryStore` takes. */
export interface MemoryStoreOptions {
  /** The store's clock, in epoch milliseconds. @default Date.now */
  now?: () => number
  /** Beyond this many the session that was created first goes. @default 10000 */
  maxSessions?: number
}

type Row = Omit<StoredSession, 'secondsLeft' | 'secondsSinceSeen'>

/** Keeps sessions in this process: for tests and for trying things out. They are gone when it ends, and other processes do not see them. */
export function memoryStore(options: MemoryStoreOptions = {}): SessionStore {
  return new MemoryStore(options)
}

class MemoryStore implements SessionStore {
  readonly name = 'memory'
  readonly #rows = new Map<string, Row>()
  readonly #now: () => number
  readonly #maxSessions: number

  constructor({ now = Date.now, maxSessions = 10_000 }: MemoryStoreOptions) {
    this.#now = now
    this.#maxSessions = maxSessions
  }

  async find(ref: SessionRef) {
    const row = this.#live(ref)
    return row && this.#stored(row)
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    if (replaces && !this.#live(replaces)) return null
    if (replaces) this.#rows.delete(replaces.id)
    const at = new Date(this.#now())
    const authenticatedAt = session.userId === null ? null : at
    const times = { createdAt: at, authenticatedAt, lastSeenAt: at, expiresAt: expiresAt(session.expiry, policy, this.#now(), at) }
    const created = this.#save({ ...session, ...times, version: 1 })
    const [oldest] = this.#rows.keys()
    if (this.#rows.size > this.#maxSessions && oldest) this.#rows.delete(oldest)
    return created
  }

  async update(ref: SessionRef, change: Change, policy: ExpiryPolicy) {
    const { take, patch, ifVersion } = change
    const row = this.#live(ref)
    if (!row || (take !== undefined && !Object.hasOwn(row.data, take))) return null
    if (ifVersion !== undefined && row.version !== ifVersion) return null
    if (patch && jsonBytes(row.data) > patch.limitBytes) return null
    const { [take ?? '']: taken, ...rest } = row.data
    const kept = take === undefined ? row.data : rest
    const touched = touch({ ...row, data: patch ? applyPatch(kept, patch) : kept }, change, policy, this.#now())
    const saved = this.#save(renew(touched, change, policy, this.#now()))
    return taken === undefined || take === undefined ? saved : { ...saved, taken }
  }

  async modify(
    ref: SessionRef,
    compute: (data: JsonObject) => Patch | null,
    policy: ExpiryPolicy,
    { client }: Parameters<SessionStore['modify']>[3],
  ) {
    const row = this.#live(ref)
    const patch = row && compute(row.data)
    return patch ? this.update(ref, { patch, active: true, ...(client && { client }) }, policy) : row && this.#stored(row)
  }

  async remove(which: Removal) {
    if ('by' in which && which.by && !this.#live(which.by)) return []
    return this.#drop([...this.#rows.values()].filter((row) => isMeant(row, which)))
  }

  async list({ sort, after, limit, ...filter }: SessionPage) {
    const keyOf = (row: { id: string; lastSeenAt?: Date }) =>
      sort === 'lastSeen' ? `${row.lastSeenAt?.toISOString()} ${row.id}` : row.id
    const found = this.#matching(filter).filter((row) => !after || keyOf(row) < keyOf(after))
    found.sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1))
    return found.slice(0, limit).map((row) => this.#stored(row))
  }

  async count(filter: SessionFilter) {
    return this.#matching(filter).length
  }

  async clearExpired(limit: number) {
    return this.#drop(this.#matching({ status: 'expired' }).slice(0, limit)).length
  }

  #live({ id, tokenHash }: SessionRef): Row | null {
    const row = this.#rows.get(id)
    return row && row.tokenHash === tokenHash && this.#isLive(row) ? row : null
  }

  #isLive(row: Row): boolean {
    return row.expiresAt.getTime() > this.#now()
  }

  #matching({ ids, userId, search, status }: SessionFilter): Row[] {
    return [...this.#rows.values()].filter(
      (row) =>
        (!ids || ids.includes(row.id)) &&
        (userId === undefined || row.userId === userId) &&
        (search === undefined ||
          row.id.startsWith(search.toLowerCase()) ||
          [row.userId, row.ip].some((text) => text?.startsWith(search))) &&
        (!status || this.#isLive(row) !== (status === 'expired')) &&
        (status !== 'anonymous' || row.userId === null) &&
        (status !== 'signedIn' || row.userId !== null),
    )
  }

  #save(row: Row): StoredSession {
    this.#rows.set(row.id, row)
    return this.#stored(row)
  }

  #drop(rows: readonly Row[]): RemovedSession[] {
    for (const { id } of rows) this.#rows.delete(id)
    return rows.map(({ id, userId }) => ({ id, userId }))
  }

  #stored(row: Row): StoredSession {
    const now = this.#now()
    return {
      ...row,
      secondsLeft: (row.expiresAt.getTime() - now) / 1000,
      secondsSinceSeen: (now - row.lastSeenAt.getTime()) / 1000,
    }
  }
}

function isMeant(row: Row, which: Removal): boolean {
  if ('tokenHash' in which) return row.id === which.id && row.tokenHash === which.tokenHash
  if ('ids' in which) return which.ids.includes(row.id) && (which.userId === undefined || row.userId === which.userId)
  return row.userId === which.userId && row.id !== which.exceptId
}

const bornAt = (row: Row): Date => row.authenticatedAt ?? row.createdAt

/** Moves what moves with activity, in steps. */
function touch(row: Row, { active, client }: Change, policy: ExpiryPolicy, now: number): Row {
  const step = touchStepSeconds(row.expiry, policy) * 1000
  const seenLongAgo = row.lastSeenAt.getTime() + step <= now
  const next = expiresAt(row.expiry, policy, now, bornAt(row))
  const behind = next.getTime() - row.expiresAt.getTime()
  return {
    ...row,
    ...(active && (behind < 0 || behind > step) && { expiresAt: next }),
    ...(seenLongAgo && { lastSeenAt: new Date(now), ...client }),
  }
}

/** A new secret, a login, a new rule. */
function renew(row: Row, change: Change, policy: ExpiryPolicy, now: number): Row {
  const { tokenHash = row.tokenHash, userId = row.userId, expiry = row.expiry } = change
  const authenticatedAt = change.userId === undefined ? row.authenticatedAt : new Date(now)
  const changed = change.patch || change.take !== undefined || change.tokenHash !== undefined || change.userId !== undefined
  const renewed = { ...row, tokenHash, userId, expiry, authenticatedAt, version: row.version + (changed ? 1 : 0) }
  const restarts = change.expiry !== undefined || change.userId !== undefined
  return restarts ? { ...renewed, expiresAt: expiresAt(expiry, policy, now, bornAt(renewed)) } : renewed
}
