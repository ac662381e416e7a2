import { and, between, eq, gt, inArray, isNotNull, isNull, like, lte, ne, or, type SQL, sql } from 'drizzle-orm'
import { isUuid } from '../../core/data/bytes.ts'
import type { PageEdge, Removal, SessionFilter, SessionPage, SessionRef } from '../../core/store/store.ts'
import { sessionsTable as table } from './schema.ts'

/** The rows that `which` means. */
export function removal(which: Exclude<Removal, { readonly keepNewest: number }>): SQL | undefined {
  if ('tokenHash' in which) return and(eq(table.id, which.id), eq(table.tokenHash, which.tokenHash))
  if ('ids' in which)
    return and(inArray(table.id, [...which.ids]), which.userId === undefined ? undefined : eq(table.userId, which.userId))
  const others = which.exceptId ? ne(table.id, which.exceptId) : undefined
  return and(eq(table.userId, which.userId), others, which.requiresLive && isLive(which.requiresLive))
}

const isLive = ({ id, tokenHash }: SessionRef) =>
  sql`exists (select 1 from ${table} as mine where mine.id = ${id} and mine.token_hash = ${tokenHash} and mine.expires_at > now())`

/** Keyset paging: what stands beyond the edge of a page in its order, at the same price on every page. */
export function beyondEdge({ sort, after, before }: Pick<SessionPage, 'sort' | 'after' | 'before'>): SQL | undefined {
  return and(after && sql`${keyOf(sort)} < ${edgeKey(sort, after)}`, before && sql`${keyOf(sort)} > ${edgeKey(sort, before)}`)
}

function keyOf(sort: SessionPage['sort']): SQL {
  return sort === 'created' ? sql`${table.id}` : sql`(${table.lastSeenAt}, ${table.id})`
}

function edgeKey(sort: SessionPage['sort'], { id, lastSeenAt }: PageEdge): SQL {
  return sort === 'created' ? sql`${id}::uuid` : sql`(${lastSeenAt?.toISOString()}::timestamptz, ${id}::uuid)`
}

/** The rows that fulfil all conditions of a filter. */
export function conditions({ ids, userId, search, status }: SessionFilter): SQL | undefined {
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
    search === undefined ? undefined : startsWith(search),
    status ? byStatus[status] : undefined,
  )
}

/** Each of the three has an index to go by: of texts in the order of their bytes, and of ids as they are. */
function startsWith(search: string): SQL | undefined {
  const prefix = `${search.replace(/[\\%_]/g, '\\$&')}%`
  return or(like(table.userId, prefix), like(table.ip, prefix), idStartsWith(search))
}

function idStartsWith(search: string): SQL | undefined {
  const shape = '00000000-0000-0000-0000-000000000000'
  if (search.length > shape.length) return undefined
  const [first, last] = [shape, shape.replaceAll('0', 'f')].map((rest) => search.toLowerCase() + rest.slice(search.length))
  return isUuid(first) && isUuid(last) ? between(table.id, first, last) : undefined
}
