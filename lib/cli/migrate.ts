import { formatCount } from '../core/administration/format.ts'
import { hasNoTransactions, type PostgresDatabase, primaryOf } from '../stores/drizzle/database.ts'
import { migrations } from '../stores/drizzle/migrations.ts'
import type { DrizzlePart } from '../stores/drizzle/part.ts'
import { type App, type AppDatabase, openApp } from './app.ts'
import { openDatabase } from './database.ts'
import { closeDatabase } from './database-client.ts'
import { databaseUrl } from './environment.ts'
import { configInvalid } from './errors.ts'
import { explainFailure } from './remedies.ts'
import type { CommandResult, Terminal } from './terminal.ts'

/** Runs `coatcheck migrate`: creates or updates the table of sessions. */
export async function migrate(terminal: Terminal): Promise<CommandResult> {
  const app = await openApp(terminal)
  try {
    const { drizzle } = app.parts
    if (!drizzle || !app.database) {
      const text = `Nothing to do: the store of ${app.config?.fileName} is ${app.store.name}, which needs no table.`
      return { text, json: { applied: 0 } }
    }
    const database = await app.database()
    const { applied, description } = await apply(drizzle, database, terminal)
    if (applied > 0) return { text: `Applied ${formatCount(applied, 'migration')} to ${description}.`, json: { applied } }
    const state = `the table ${drizzle.table} is up to date (migration ${migrations.at(-1)?.name}) in ${description}`
    return { text: `Nothing to do: ${state}.${reasonFor(app, database)}`, json: { applied } }
  } catch (error) {
    throw explainFailure(error, app.failedDatabase()) // the outcome is none: the transaction of all migrations was rolled back
  } finally {
    await app.close()
  }
}

/** Returns a sentence for the cases in which a user may expect that there is something to do. */
function reasonFor({ config }: App, { driver }: AppDatabase): string {
  if (!config) return ' Without a coatcheck.config.ts, this command does not know tables and columns of your own.'
  if (driver !== '@electric-sql/pglite') return ''
  return ' If the app calls migrate when it opens its database, as after coatcheck init, you need not run this command.'
}

/**
 * Applies the migrations. If the app's driver has no transactions (neon-http), connects with another driver that is
 * installed.
 */
async function apply(drizzle: DrizzlePart, { db, driver, description }: AppDatabase, { env }: Terminal) {
  if (await canTransact(db)) return { applied: await drizzle.migrate(db), description }
  if (!databaseUrl(env)) {
    throw configInvalid(
      `The migrations need transactions, which ${driver} does not support. Set DATABASE_URL, and run: npm install pg`,
    )
  }
  const other = await openDatabase(env)
  try {
    return { applied: await drizzle.migrate(other.db), description: other.description }
  } finally {
    await closeDatabase(other.db)
  }
}

async function canTransact(db: PostgresDatabase): Promise<boolean> {
  try {
    await primaryOf(db).transaction(async () => {})
    return true
  } catch (error) {
    if (hasNoTransactions(error)) return false
    throw error
  }
}
