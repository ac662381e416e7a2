import type { Adopt } from 'coatcheck'
import type { PostgresDatabase } from 'coatcheck/drizzle'
import { unsign } from 'cookie-signature'
import { sql } from 'drizzle-orm'

interface OldSession {
  userId?: string
  cart?: { id: string; quantity: number }[]
}

const oldCookie = 'connect.sid'

/** Continues the sessions that connect-pg-simple has stored. */
export const adoptFrom =
  (db: PostgresDatabase): Adopt =>
  async ({ cookies }) => {
    const value = cookies.get(oldCookie)?.value
    const sid = value?.startsWith('s:') && unsign(value.slice(2), process.env.EXPRESS_SECRET ?? '')
    if (!sid) return null
    const isLive = sql`sid = ${sid} and expire > now()`
    const [old] = await db.select({ sess: sql<OldSession>`sess` }).from(sql`session`).where(isLive)
    const { userId, cart = [] } = old?.sess ?? {}
    return userId ? { userId, data: { cart }, cookie: oldCookie } : null
  }
