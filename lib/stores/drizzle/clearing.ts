import { and, asc, gte, lte, sql } from 'drizzle-orm'
import type { PostgresDatabase } from './database.ts'
import { sessionsTable as table } from './schema.ts'

/**
 * Deletes expired rows in batches, first those that expired first. It remembers where a full batch ended: before that the index holds only
 * what has just been deleted, and every batch would read past all of it again, to the heap while an open transaction still sees it.
 */
export class Clearing {
  #from: string | null = null

  /** Deletes at most `limit` expired rows that nobody has locked, in one statement, and answers how many; the last batch takes two. */
  async batch(db: PostgresDatabase, limit: number): Promise<number> {
    const from = this.#from
    const { count, last } = await deleteBatch(db, limit, from)
    this.#from = count === limit ? last : null
    if (count === limit || from === null) return count
    // What was locked then, or has been made to expire in the past since, may stand before.
    return count + (await deleteBatch(db, limit - count, null)).count
  }
}

async function deleteBatch(db: PostgresDatabase, limit: number, from: string | null) {
  const expired = lte(table.expiresAt, sql`now()`)
  const ids = db
    .select({ id: table.id })
    .from(table)
    .where(and(expired, from === null ? undefined : gte(table.expiresAt, sql`${from}::text::timestamptz`)))
    .orderBy(asc(table.expiresAt))
    .limit(limit)
    .for('update', { skipLocked: true })
  // An array, since of a long list that it joins the planner reads the whole table.
  const deleted = db
    .delete(table)
    .where(and(sql`${table.id} = any(array(${ids}))`, expired))
    .returning({ expiresAt: table.expiresAt })
  const gone = db.$with('gone').as(deleted)
  const [found] = await db
    .with(gone)
    .select({ count: sql<number>`count(*)::int`, last: sql<string | null>`max(${gone.expiresAt})::text` })
    .from(gone)
  return found ?? { count: 0, last: null }
}
