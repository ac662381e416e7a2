import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { SessionError } from '../core/errors.ts'
import { migrate as migrateDatabase } from '../stores/drizzle/migrate.ts'

/** `coatcheck migrate`: creates or updates the sessions table in the database that `DATABASE_URL` names. */
export async function migrate(print: (line: string) => void, env: NodeJS.ProcessEnv): Promise<void> {
  const { DATABASE_URL } = env
  if (!DATABASE_URL) throw new SessionError('CONFIG_INVALID', 'DATABASE_URL is not set; set it to postgresql://user@host/database.')
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 1 })
  try {
    const applied = await migrateDatabase(drizzle(pool))
    print(applied === 0 ? 'Nothing to do: the sessions table is up to date.' : `Applied ${applied} migrations.`)
  } finally {
    await pool.end()
  }
}
