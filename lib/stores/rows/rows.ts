import { type ExpiryPolicy, expiresAt, touchStepSeconds } from '../../core/store/expiry.ts'
import { type Json, jsonBytes } from '../../core/data/json.ts'
import { applyPatch } from '../../core/data/patch.ts'
import { hourMs } from '../../core/administration/stats.ts'
import type {
  StartedCount,
  Change,
  NewSession,
  PageEdge,
  SessionFilter,
  SessionPage,
  SessionRef,
  StoredSession,
  StoreStats,
} from '../../core/store/store.ts'

/** A session as a store keeps it that computes in JavaScript, not in SQL. `now` is that store's clock, in epoch milliseconds. */
export type Row = Omit<StoredSession, 'secondsLeft' | 'secondsSinceSeen' | 'sealed'>

/** A row after JSON, which makes texts of its instants. */
export type WrittenRow = Omit<Row, 'createdAt' | 'authenticatedAt' | 'lastSeenAt' | 'expiresAt' | 'expiry'> & {
  readonly createdAt: string
  readonly authenticatedAt: string | null
  readonly lastSeenAt: string
  readonly expiresAt: string
  readonly expiry: { readonly idleSeconds: number } | { readonly at: string } | null
}

/** The row that JSON was made of. */
export function withDates(row: WrittenRow): Row {
  const { expiry } = row
  return {
    ...row,
    createdAt: new Date(row.createdAt),
    authenticatedAt: row.authenticatedAt === null ? null : new Date(row.authenticatedAt),
    lastSeenAt: new Date(row.lastSeenAt),
    expiresAt: new Date(row.expiresAt),
    expiry: expiry && 'at' in expiry ? { at: new Date(expiry.at) } : expiry,
  }
}

/** The row of a session that begins. */
export function beginRow(session: NewSession, policy: ExpiryPolicy, now: number): Row {
  const at = new Date(now)
  const times = { createdAt: at, lastSeenAt: at, expiresAt: expiresAt(session.expiry, policy, now, at) }
  return { ...session, ...times, authenticatedAt: session.userId === null ? null : at, version: 1 }
}

/** The row after `change`, and what it took out; null if a condition of the change fails. */
export function changeRow(
  row: Row,
  change: Change,
  policy: ExpiryPolicy,
  now: number,
): { row: Row; taken: Json | undefined } | null {
  const { take, patch, ifVersion } = change
  if (take !== undefined && !Object.hasOwn(row.data, take)) return null
  if (ifVersion !== undefined && row.version !== ifVersion) return null
  if (patch && jsonBytes(row.data) > patch.limitBytes) return null
  const { [take ?? '']: found, ...rest } = row.data
  const [kept, taken] = take === undefined ? [row.data, undefined] : [rest, found]
  const touched = touch({ ...row, data: patch ? applyPatch(kept, patch) : kept }, change, policy, now)
  return { row: renew(touched, change, policy, now), taken }
}

/** Whether `ref` opens `row`, and it has not expired. */
export function isOpenTo(row: Row, { id, tokenHash }: SessionRef, now: number): boolean {
  return row.id === id && row.tokenHash === tokenHash && isLive(row, now)
}

/** Whether `row` has not expired. */
export function isLive(row: Row, now: number): boolean {
  return row.expiresAt.getTime() > now
}

/** The row with its ages. */
export function storedRow(row: Row, now: number): StoredSession {
  return {
    ...row,
    secondsLeft: (row.expiresAt.getTime() - now) / 1000,
    secondsSinceSeen: (now - row.lastSeenAt.getTime()) / 1000,
  }
}

/** Whether a session fulfils all conditions of a filter; of its status, only whether a user is logged in. */
export function fits(row: Row, { ids, userId, search, status }: SessionFilter): boolean {
  return (
    (!ids || ids.includes(row.id)) &&
    (userId === undefined || row.userId === userId) &&
    (search === undefined ||
      row.id.startsWith(search.toLowerCase()) ||
      [row.userId, row.ip].some((text) => text?.startsWith(search))) &&
    (status !== 'anonymous' || row.userId === null) &&
    (status !== 'signedIn' || row.userId !== null)
  )
}

/** One page of `rows`, newest first. */
export function pageOf<T extends Pick<Row, 'id' | 'lastSeenAt'>>(
  rows: readonly T[],
  { sort, after, before, limit }: Pick<SessionPage, 'sort' | 'after' | 'before' | 'limit'>,
): T[] {
  const keyOf = (row: PageEdge) => (sort === 'lastSeen' ? `${row.lastSeenAt?.toISOString()} ${row.id}` : row.id)
  const within = rows.filter((row) => (!after || keyOf(row) < keyOf(after)) && (!before || keyOf(row) > keyOf(before)))
  const sorted = within.sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1))
  return before ? sorted.slice(-limit) : sorted.slice(0, limit)
}

/** A user's live sessions beyond the newest: when each was last seen, by id. Ends only what has not been seen since. */
export function surplusOf(live: readonly Pick<Row, 'id' | 'lastSeenAt'>[], keepNewest: number): ReadonlyMap<string, number> {
  const newestFirst = pageOf(live, { sort: 'lastSeen', limit: live.length })
  return new Map(newestFirst.slice(keepNewest).map(({ id, lastSeenAt }) => [id, lastSeenAt.getTime()]))
}

/** The figures of all sessions, which `rows` are. */
export function statsOf(rows: readonly Row[], now: number): StoreStats {
  const live = rows.filter((row) => isLive(row, now))
  return {
    now: new Date(now),
    active: live.length,
    signedIn: live.filter(({ userId }) => userId !== null).length,
    expired: rows.length - live.length,
    estimated: false,
    started: begunPerHour(rows),
    userAgents: [...tally(live.map((row) => row.userAgent))].map(([userAgent, count]) => ({ userAgent, count })),
  }
}

/** How often each value occurs. */
export function tally<T>(values: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

function begunPerHour(rows: readonly Row[]): StartedCount[] {
  const starts = rows.map(({ createdAt }) => Math.floor(createdAt.getTime() / hourMs) * hourMs)
  return [...tally(starts)].map(([at, count]) => ({ at: new Date(at), count }))
}

const bornAt = (row: Row): Date => row.authenticatedAt ?? row.createdAt

/** Moves what moves with activity, in steps; a login moves last-seen at once. */
function touch(row: Row, { extendsExpiry, client, userId }: Change, policy: ExpiryPolicy, now: number): Row {
  const step = touchStepSeconds(row.expiry, policy) * 1000
  const seenLongAgo = row.lastSeenAt.getTime() + step <= now
  const next = expiresAt(row.expiry, policy, now, bornAt(row))
  const behind = next.getTime() - row.expiresAt.getTime()
  return {
    ...row,
    ...(extendsExpiry && (behind < 0 || behind > step) && { expiresAt: next }),
    ...((seenLongAgo || userId !== undefined) && { lastSeenAt: new Date(now), ...client }),
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
