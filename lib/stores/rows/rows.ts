import { type Json, jsonBytes } from '../../core/data/json.ts'
import { applyPatch } from '../../core/data/patch.ts'
import { type ExpiryPolicy, expiresAt, touchStepSeconds } from '../../core/store/expiry.ts'
import { hourMs, type StartedCount, type StoreStats } from '../../core/store/statistics.ts'
import { type Change, type PageEdge, rotationGraceSeconds, type SessionFilter, type SessionPage } from '../../core/store/store.ts'
import type { NewSession, SessionRef, StoredSession } from '../../core/store/stored-session.ts'

/**
 * A session in a store that computes in JavaScript instead of SQL. `now` is that store's clock, in epoch milliseconds.
 */
export type Row = Omit<StoredSession, 'secondsLeft' | 'secondsSinceSeen'> & {
  /** The time of the last change of the token; null before the first. */
  readonly rotatedAt: Date | null
}

/**
 * Orders keys as PostgreSQL's jsonb does, by length and then by bytes, so that code under test sees the order of
 * production.
 */
function orderKeys<T extends Json>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(orderKeys) as unknown as T
  const encoder = new TextEncoder()
  const entries = Object.entries(value).map(([key, member]) => ({ key, bytes: encoder.encode(key), member: orderKeys(member) }))
  entries.sort((a, b) => a.bytes.length - b.bytes.length || compareBytes(a.bytes, b.bytes))
  return Object.fromEntries(entries.map(({ key, member }) => [key, member])) as T
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index])
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}

/** Returns the row of a new session. */
export function createRow(session: NewSession, policy: ExpiryPolicy, now: number): Row {
  const at = new Date(now)
  const times = { createdAt: at, lastSeenAt: at, expiresAt: expiresAt(session.expiry, policy, now, at) }
  return {
    ...session,
    data: orderKeys(session.data),
    ...times,
    deviceKey: null,
    rotatedAt: null,
    authenticatedAt: session.userId === null ? null : at,
    version: 1,
  }
}

/** Returns the row after `change`, and the value that it removed. Returns null if a condition of the change fails. */
export function changeRow(
  row: Row,
  change: Change,
  policy: ExpiryPolicy,
  now: number,
): { row: Row; taken: Json | undefined } | null {
  const { take, patch, ifVersion, maxBytesBefore } = change
  if (take !== undefined && !Object.hasOwn(row.data, take)) return null
  if (ifVersion !== undefined && row.version !== ifVersion) return null
  if (maxBytesBefore !== undefined && jsonBytes(row.data) > maxBytesBefore) return null
  const { [take ?? '']: found, ...rest } = row.data
  const [data, taken] = take === undefined ? [row.data, undefined] : [rest, found]
  const touched = touch({ ...row, data: patch ? orderKeys(applyPatch(data, patch)) : data }, change, policy, now)
  return { row: renew(touched, change, policy, now), taken }
}

/** Returns true if `ref` opens the row and the row has not expired. */
export function isOpenTo(row: Row, { id, tokenHash }: SessionRef, now: number): boolean {
  return row.id === id && row.tokenHash === tokenHash && isLive(row, now)
}

/** Returns true if `ref` belongs to a token that was replaced a moment ago. */
export function isRotated(row: Row, { id, tokenHash }: SessionRef, now: number): boolean {
  const rotatedAt = row.rotatedAt?.getTime() ?? Number.NEGATIVE_INFINITY
  const isRecent = rotatedAt + rotationGraceSeconds * 1000 > now
  return row.id === id && row.tokenHash !== tokenHash && isRecent && isLive(row, now)
}

/** Returns true if `change` may be made with `ref`. */
export function admits(row: Row, ref: SessionRef, { acceptsRotated, userId }: Change, now: number): boolean {
  return isOpenTo(row, ref, now) || (acceptsRotated === true && row.userId === userId && isRotated(row, ref, now))
}

/** Returns true if the row has not expired. */
export function isLive(row: Row, now: number): boolean {
  return row.expiresAt.getTime() > now
}

/** Adds the ages to a row. */
export function storedRow({ rotatedAt, ...row }: Row, now: number): StoredSession {
  return {
    ...row,
    secondsLeft: (row.expiresAt.getTime() - now) / 1000,
    secondsSinceSeen: (now - row.lastSeenAt.getTime()) / 1000,
  }
}

/**
 * Returns true if a session meets all conditions of a filter. Of `status`, it checks only if the session has a user; the caller
 * checks the expiry.
 */
export function matches(
  row: Pick<Row, 'id' | 'userId' | 'ip' | 'columns'>,
  { ids, userId, search, status, columns = {} }: SessionFilter,
): boolean {
  return (
    (!ids || ids.includes(row.id)) &&
    (userId === undefined || row.userId === userId) &&
    (search === undefined ||
      row.id.startsWith(search.toLowerCase()) ||
      [row.userId, row.ip].some((text) => text?.startsWith(search))) &&
    (status !== 'anonymous' || row.userId === null) &&
    (status !== 'signedIn' || row.userId !== null) &&
    Object.entries(columns).every(([name, value]) => (row.columns?.[name] ?? null) === value)
  )
}

/** Returns one page of `rows`, newest first. */
export function pageOf<T extends Pick<Row, 'id' | 'lastSeenAt'>>(
  rows: readonly T[],
  { sort, after, before, limit }: Pick<SessionPage, 'sort' | 'after' | 'before' | 'limit'>,
): T[] {
  const keyOf = (row: PageEdge) => (sort === 'lastSeen' ? `${row.lastSeenAt?.toISOString()} ${row.id}` : row.id)
  const within = rows.filter((row) => (!after || keyOf(row) < keyOf(after)) && (!before || keyOf(row) > keyOf(before)))
  const sorted = within.sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1))
  return before ? sorted.slice(-limit) : sorted.slice(0, limit)
}

/**
 * Returns the last-seen times by id of a user's active sessions, except the newest. A session that has been seen since
 * must not be deleted.
 */
export function surplusOf(live: readonly Pick<Row, 'id' | 'lastSeenAt'>[], keepNewest: number): ReadonlyMap<string, number> {
  const newestFirst = pageOf(live, { sort: 'lastSeen', limit: live.length })
  return new Map(newestFirst.slice(keepNewest).map(({ id, lastSeenAt }) => [id, lastSeenAt.getTime()]))
}

/** Returns the statistics of all sessions, given all rows. */
export function statsOf(rows: readonly Row[], now: number): StoreStats {
  const live = rows.filter((row) => isLive(row, now))
  return {
    now: new Date(now),
    active: live.length,
    signedIn: live.filter(({ userId }) => userId !== null).length,
    expired: rows.length - live.length,
    estimated: false,
    started: startedPerHour(rows),
    userAgents: [...tally(live.map((row) => row.userAgent))].map(([userAgent, count]) => ({ userAgent, count })),
  }
}

/** Counts how often each value occurs. */
export function tally<T>(values: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

function startedPerHour(rows: readonly Row[]): StartedCount[] {
  const hours = rows.map(({ createdAt }) => Math.floor(createdAt.getTime() / hourMs) * hourMs)
  return [...tally(hours)].map(([at, count]) => ({ at: new Date(at), count }))
}

/** The start of the absolute lifetime. */
const startedAt = (row: Row): Date => row.authenticatedAt ?? row.createdAt

/** Advances expiry and last-seen by their steps. A login advances last-seen at once. */
function touch(row: Row, { extendsExpiry, client, userId }: Change, policy: ExpiryPolicy, now: number): Row {
  const step = touchStepSeconds(row.expiry, policy) * 1000
  const isDue = row.lastSeenAt.getTime() + step <= now
  const next = expiresAt(row.expiry, policy, now, startedAt(row))
  const behind = next.getTime() - row.expiresAt.getTime()
  return {
    ...row,
    ...(extendsExpiry && (behind < 0 || behind > step) && { expiresAt: next }),
    ...((isDue || userId !== undefined) && { lastSeenAt: new Date(now), ...client }),
  }
}

/** Applies a new token hash, a login, new credentials, own columns and a new expiry rule. */
function renew(row: Row, change: Change, policy: ExpiryPolicy, now: number): Row {
  const { authHash = row.authHash, deviceKey = row.deviceKey } = change
  const { tokenHash = row.tokenHash, userId = row.userId, expiry = row.expiry } = change
  const authenticatedAt = change.userId === undefined ? row.authenticatedAt : new Date(now)
  const changed = change.patch || change.take !== undefined || change.tokenHash !== undefined || change.userId !== undefined
  const rotatedAt = change.tokenHash === undefined ? row.rotatedAt : new Date(now)
  const columns = change.columns && { columns: { ...row.columns, ...change.columns } }
  const version = row.version + (changed ? 1 : 0)
  const renewed = { ...row, tokenHash, rotatedAt, userId, authHash, deviceKey, expiry, authenticatedAt, version, ...columns }
  const restarts = change.expiry !== undefined || change.userId !== undefined
  return restarts ? { ...renewed, expiresAt: expiresAt(expiry, policy, now, startedAt(renewed)) } : renewed
}
