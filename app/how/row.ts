import { sessionsTable as table } from 'coatcheck/drizzle'
import { eq } from 'drizzle-orm'
import { database } from '../db'
import { engine } from '../engine'
import { sessions } from '../sessions'

const { id, userId, createdAt, lastSeenAt, expiresAt, version, data } = table
const shown = { id, userId, createdAt, lastSeenAt, expiresAt, version, data }

/** What is shown of a session where it lies: never the token's hash. */
export interface ShownRow {
  readonly id: string
  readonly userId: string | null
  readonly createdAt: Date | null
  readonly lastSeenAt: Date | null
  readonly expiresAt: Date | null
  /** Only where it is seen. */
  readonly version?: number
  readonly data: unknown
}

/** A session as it lies in the engine; null if it has just gone. */
export async function rowOf(sessionId: string): Promise<ShownRow | null> {
  if (engine !== 'db' && engine !== 'cached') return sessions.get(sessionId)
  const db = await database()
  const [row] = await db.select(shown).from(table).where(eq(table.id, sessionId))
  return row ?? null
}
