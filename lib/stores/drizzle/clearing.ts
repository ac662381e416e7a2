import { and, asc, gte, lte, sql } from 'drizzle-orm'
import type { PostgresDatabase } from './database.ts'
import type { SessionsTable } from './schema.ts'

/**
 * Deletes expired rows in batches, in the order of their expiry. A full batch remembers the expiry of its last row, and the next
 * batch starts there. Before that point, the index still has the entries of the deleted rows. A batch that starts at the first
 * entry would read all of these entries again, and also the pages of the table while an open transaction can still see the deleted
 * rows.
 */
export class Clearing {
  readonly #table: SessionsTable
  #startAt: string | null = null

  constructor(table: SessionsTable) {
    this.#table = table
  }

  /**
   * Deletes at most `limit` expired rows that are not locked, and returns their number. Sends one statement; the last batch may
   * send two.
   */
  async batch(db: PostgresDatabase, limit: number): Promise<number> {
    const startAt = this.#startAt
    const { count, last } = await deleteBatch(db, this.#table, limit, startAt)
    this.#startAt = count === limit ? last : null
    if (count === limit || startAt === null) return count
    // Rows before `startAt` may have been locked at the time, or may have been given an earlier expiry since.
    return count + (await deleteBatch(db, this.#table, limit - count, null)).count
  }
}

/** Deletes at most `limit` rows, from the expiry `startAt` on. Returns their number and the latest expiry among them. */
async function deleteBatch(db: PostgresDatabase, table: SessionsTable, limit: number, startAt: string | null) {
  const expired = lte(table.expiresAt, sql`now()`)
  const ids = db
    .select({ id: table.id })
    .from(table)
    .where(and(expired, startAt === null ? undefined : gte(table.expiresAt, sql`${startAt}::text::timestamptz`)))
    .orderBy(asc(table.expiresAt))
    .limit(limit)
    .for('update', { skipLocked: true })
  // With a join instead of an array, the planner reads the whole table for a large limit.
  const deleted = db
    .delete(table)
    .where(and(sql`${table.id} = any(array(${ids}))`, expired))
    .returning({ expiresAt: table.expiresAt })
  const gone = db.$with('gone').as(deleted)
  const [result] = await db
    .with(gone)
    .select({ count: sql<number>`count(*)::int`, last: sql<string | null>`max(${gone.expiresAt})::text` })
    .from(gone)
  return result ?? { count: 0, last: null }
}
