import { and, eq, gt, inArray, isNotNull, isNull, like, lte, ne, or, type SQL, sql } from 'drizzle-orm'
import type { Removal, SessionFilter, SessionPage, SessionRef } from '../../core/store.ts'
import { sessionsTable as table } from './schema.ts'

/** The rows that `which` means. */
export function removal(which: Removal): SQL | undefined {
  if ('tokenHash' in which) return and(eq(table.id, which.id), eq(table.tokenHash, which.tokenHash))
  if ('ids' in which)
    return and(inArray(table.id, [...which.ids]), which.userId === undefined ? undefined : eq(table.userId, which.userId))
  const others = which.exceptId ? ne(table.id, which.exceptId) : undefined
  return and(eq(table.userId, which.userId), others, which.by && isLive(which.by))
}

const isLive = ({ id, tokenHash }: SessionRef) =>
  sql`exists (select 1 from ${table} as mine where mine.id = ${id} and mine.token_hash = ${tokenHash} and mine.expires_at > now())`

/** Keyset paging: what stands behind `after` in the given order, at the same price on every page. */
export function earlier(sort: SessionPage['sort'], { id, lastSeenAt }: NonNullable<SessionPage['after']>): SQL {
  if (sort === 'created') return sql`${table.id} < ${id}::uuid`
  return sql`(${table.lastSeenAt}, ${table.id}) < (${lastSeenAt?.toISOString()}::timestamptz, ${id}::uuid)`
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

function startsWith(search: string): SQL | undefined {
  const prefix = `${search.replace(/[\\%_]/g, '\\$&')}%`
  return or(like(table.userId, prefix), like(table.ip, prefix), sql`${table.id}::text like ${prefix.toLowerCase()}`)
}
