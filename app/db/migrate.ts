import path from 'node:path'
import { migrate as migrateSessions } from 'coatcheck/drizzle'
import { insertDemoAccounts } from './demo-accounts'
import type { OpenDatabase } from './open'

/** Creates or updates the sessions and users tables, and inserts the demo accounts that are missing. */
export async function migrateDatabase(open: OpenDatabase): Promise<void> {
  await migrateSessions(open.db)
  await migrateUsers(open)
  await insertDemoAccounts(open.db)
}

async function migrateUsers({ driver, db }: OpenDatabase): Promise<void> {
  const { migrate } =
    driver === 'pg' ? await import('drizzle-orm/node-postgres/migrator') : await import('drizzle-orm/pglite/migrator')
  await migrate(db as never, {
    migrationsFolder: path.join(process.cwd(), 'app', 'migrations'),
    migrationsTable: 'demo_migrations',
  })
}
