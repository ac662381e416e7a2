import { and, asc, between, desc, eq, gt, inArray, isNotNull, isNull, like, lte, ne, or, type SQL, sql } from 'drizzle-orm'
import { isUuid } from '../../core/data/bytes.ts'
import type { PageEdge, Removal, SessionFilter, SessionPage } from '../../core/store/store.ts'
import type { SessionRef } from '../../core/store/stored-session.ts'
import type { Target } from './row.ts'
import type { SessionsTable } from './schema.ts'

/** Returns the condition for the rows that `which` selects. */
export function removalCondition({ db, table }: Target, which: Removal): SQL | undefined {
  if ('ids' in which) {
    const { ids, userId, tokenHash } = which
    const ofUser = userId === undefined ? undefined : eq(table.userId, userId)
    return and(inArray(table.id, [...ids]), ofUser, tokenHash === undefined ? undefined : eq(table.tokenHash, tokenHash))
  }
  if ('keepNewest' in which) return inArray(table.id, surplusIds(db, table, which))
  const others = which.exceptId ? ne(table.id, which.exceptId) : undefined
  return and(eq(table.userId, which.userId), others, which.requiresLive && existsLive(table, which.requiresLive))
}

const existsLive = (table: SessionsTable, { id, tokenHash }: SessionRef) =>
  sql`exists (select 1 from ${table} as mine where mine.id = ${id} and mine.token_hash = ${tokenHash} and mine.expires_at > now())`

/**
 * Selects and locks a user's active sessions except the newest. Locking in the order of ids prevents a deadlock of two parallel
 * logins. PostgreSQL checks the condition again after it has waited for a lock, so the condition contains last-seen: a session that
 * a login has used in the meantime is not deleted.
 */
function surplusIds(
  db: Target['db'],
  table: SessionsTable,
  { userId, keepNewest }: Extract<Removal, { readonly keepNewest: number }>,
) {
  const older = db
    .select({ id: table.id, lastSeenAt: table.lastSeenAt })
    .from(table)
    .where(and(eq(table.userId, userId), gt(table.expiresAt, sql`now()`)))
    .orderBy(desc(table.lastSeenAt), desc(table.id))
    .offset(keepNewest)
  const key = sql`(${table.id}, ${table.lastSeenAt})`
  return db.select({ id: table.id }).from(table).where(sql`${key} in ${older}`).orderBy(asc(table.id)).for('update')
}

/** Returns the condition for the rows beyond the edge of a page (keyset pagination). Every page costs the same. */
export function beyondEdge(table: SessionsTable, { sort, after, before }: SessionPage): SQL | undefined {
  const key = keyOf(table, sort)
  return and(after && sql`${key} < ${edgeKey(sort, after)}`, before && sql`${key} > ${edgeKey(sort, before)}`)
}

function keyOf(table: SessionsTable, sort: SessionPage['sort']): SQL {
  return sort === 'created' ? sql`${table.id}` : sql`(${table.lastSeenAt}, ${table.id})`
}

function edgeKey(sort: SessionPage['sort'], { id, lastSeenAt }: PageEdge): SQL {
  return sort === 'created' ? sql`${id}::uuid` : sql`(${lastSeenAt?.toISOString()}::timestamptz, ${id}::uuid)`
}

/** Returns the condition for the rows that match all parts of a filter. */
export function filterCondition({ table, own }: Target, filter: SessionFilter): SQL | undefined {
  const { ids, userId, search, status, columns } = filter
  const active = gt(table.expiresAt, sql`now()`)
  const byStatus = {
    active,
    expired: lte(table.expiresAt, sql`now()`),
    anonymous: and(active, isNull(table.userId)),
    signedIn: and(active, isNotNull(table.userId)),
  }
  return and(
    ids ? inArray(table.id, [...ids]) : undefined,
    userId === undefined ? undefined : eq(table.userId, userId),
    search === undefined ? undefined : startsWith(table, search),
    status ? byStatus[status] : undefined,
    own.condition(columns),
  )
}

/** Each of the three conditions can use an index. The indexes of user ids and addresses are sorted by bytes, as LIKE requires. */
function startsWith(table: SessionsTable, search: string): SQL | undefined {
  const prefix = `${search.replace(/[\\%_]/g, '\\$&')}%`
  return or(like(table.userId, prefix), like(table.ip, prefix), idStartsWith(table, search))
}

/** A prefix of a UUID is a range of ids. Returns undefined if no UUID starts with `search`. */
function idStartsWith(table: SessionsTable, search: string): SQL | undefined {
  const shape = '00000000-0000-0000-0000-000000000000'
  if (search.length > shape.length) return undefined
  const [lowest, highest] = [shape, shape.replaceAll('0', 'f')].map((rest) => search.toLowerCase() + rest.slice(search.length))
  return isUuid(lowest) && isUuid(highest) ? between(table.id, lowest, highest) : undefined
}
