import type { Session } from 'coatcheck'
import type { PostgresDatabase } from 'coatcheck/drizzle'
import { uploads } from './schema'

/** Stores an upload of the current visitor, who may be anonymous. Call it in an action or a route handler. */
export async function addUpload(db: PostgresDatabase, session: Session<{ hasUploads: boolean }>, name: string): Promise<void> {
  await session.set('hasUploads', true) // a session has a row, and an id, after its first write
  const { id } = session
  if (id) await db.insert(uploads).values({ sessionId: id, name })
}
