import { type ExpiryPolicy, expiresAt, touchStepSeconds } from '../core/expiry.ts'
import { jsonBytes } from '../core/json.ts'
import { applyPatch } from '../core/patch.ts'
import type { Change, NewSession, Removal, SessionFilter, SessionRef, SessionStore, StoredSession } from '../core/store.ts'

/** What `memoryStore` takes. */
export interface MemoryStoreOptions {
  /** The store's clock, in epoch milliseconds. @default Date.now */
  now?: () => number
  /** Beyond this many the session that was created first goes. @default 10000 */
  maxSessions?: number
}

type Row = Omit<StoredSession, 'secondsLeft' | 'secondsSinceSeen'>

/** Keeps sessions in this process: for tests and for trying things out. They are gone when it ends, and other processes do not see them. */
export function memoryStore({ now = Date.now, maxSessions = 10_000 }: MemoryStoreOptions = {}): SessionStore {
  const rows = new Map<string, Row>()

  const stored = (row: Row): StoredSession => ({
    ...row,
    secondsLeft: (row.expiresAt.getTime() - now()) / 1000,
    secondsSinceSeen: (now() - row.lastSeenAt.getTime()) / 1000,
  })
  const isLive = (row: Row) => row.expiresAt.getTime() > now()
  const live = ({ id, tokenHash }: SessionRef) => {
    const row = rows.get(id)
    return row && row.tokenHash === tokenHash && isLive(row) ? row : null
  }
  const save = (row: Row) => {
    rows.set(row.id, row)
    return stored(row)
  }
  const matches = (row: Row, { ids, userId, search, status }: SessionFilter) =>
    (!ids || ids.includes(row.id)) &&
    (userId === undefined || row.userId === userId) &&
    (search === undefined || [row.id, row.userId, row.ip].some((text) => text?.startsWith(search))) &&
    (!status || isLive(row) !== (status === 'expired')) &&
    (status !== 'anonymous' || row.userId === null) &&
    (status !== 'signedIn' || row.userId !== null)

  function create(session: NewSession, policy: ExpiryPolicy): StoredSession {
    const at = new Date(now())
    const authenticatedAt = session.userId === null ? null : at
    const times = { createdAt: at, authenticatedAt, lastSeenAt: at, expiresAt: expiresAt(session.expiry, policy, now(), at) }
    const created = save({ ...session, ...times, version: 1 })
    const [oldest] = rows.keys()
    if (rows.size > maxSessions && oldest) rows.delete(oldest)
    return created
  }

  function update(row: Row, change: Change, policy: ExpiryPolicy) {
    const { take, patch, ifVersion } = change
    if (take !== undefined && !Object.hasOwn(row.data, take)) return null
    if (ifVersion !== undefined && row.version !== ifVersion) return null
    if (patch && jsonBytes(row.data) > patch.limitBytes) return null
    const { [take ?? '']: taken, ...rest } = row.data
    const kept = take === undefined ? row.data : rest
    const touched = touch({ ...row, data: patch ? applyPatch(kept, patch) : kept }, change, policy, now())
    const saved = save(renew(touched, change, policy, now()))
    return taken === undefined || take === undefined ? saved : { ...saved, taken }
  }

  return {
    name: 'memory',
    find: async (ref) => {
      const row = live(ref)
      return row && stored(row)
    },
    create: async (session, policy, replaces) => {
      if (replaces && !live(replaces)) return null
      if (replaces) rows.delete(replaces.id)
      return create(session, policy)
    },
    update: async (ref, change, policy) => {
      const row = live(ref)
      return row && update(row, change, policy)
    },
    modify: async (ref, compute, policy) => {
      const row = live(ref)
      const patch = row && compute(row.data)
      if (!row) return null
      return patch ? update(row, { patch, active: true }, policy) : stored(row)
    },
    remove: async (which) => {
      const gone = [...rows.values()].filter((row) => isMeant(row, which))
      for (const { id } of gone) rows.delete(id)
      return gone.map(({ id, userId }) => ({ id, userId }))
    },
    list: async ({ sort, after, limit, ...filter }) => {
      const keyOf = (row: { id: string; lastSeenAt?: Date }) =>
        sort === 'lastSeen' ? `${row.lastSeenAt?.toISOString()} ${row.id}` : row.id
      const found = [...rows.values()].filter((row) => matches(row, filter) && (!after || keyOf(row) < keyOf(after)))
      return found
        .sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1))
        .slice(0, limit)
        .map(stored)
    },
    count: async (filter) => [...rows.values()].filter((row) => matches(row, filter)).length,
    clearExpired: async (limit) => {
      const gone = [...rows.values()].filter((row) => !isLive(row)).slice(0, limit)
      for (const { id } of gone) rows.delete(id)
      return gone.length
    },
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
