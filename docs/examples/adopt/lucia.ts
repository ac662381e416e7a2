import type { Adopt } from 'coatcheck'
import type { PostgresDatabase } from 'coatcheck/drizzle'
import { sql } from 'drizzle-orm'

const oldCookie = 'auth_session'

/** Continues the sessions in the table of Lucia 3. */
export const adoptFrom =
  (db: PostgresDatabase): Adopt =>
  async ({ cookies }) => {
    const id = cookies.get(oldCookie)?.value
    if (!id) return null
    const isLive = sql`id = ${id} and expires_at > now()`
    const [old] = await db.select({ userId: sql<string>`user_id` }).from(sql`session`).where(isLive)
    return old ? { userId: old.userId, cookie: oldCookie } : null
  }
