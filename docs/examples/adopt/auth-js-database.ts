import type { Adopt } from 'coatcheck'
import type { PostgresDatabase } from 'coatcheck/drizzle'
import { sql } from 'drizzle-orm'

const oldCookie = process.env.NODE_ENV === 'production' ? '__Secure-authjs.session-token' : 'authjs.session-token'

/** Continues the sessions in the table of Auth.js. */
export const adoptFrom =
  (db: PostgresDatabase): Adopt =>
  async ({ cookies }) => {
    const token = cookies.get(oldCookie)?.value
    if (!token) return null
    // The adapters for Drizzle and Prisma store the time in UTC, in a column without a time zone.
    const isLive = sql`"sessionToken" = ${token} and expires > now() at time zone 'utc'`
    const [old] = await db.select({ userId: sql<string>`"userId"` }).from(sql`session`).where(isLive)
    return old ? { userId: old.userId, cookie: oldCookie } : null
  }
