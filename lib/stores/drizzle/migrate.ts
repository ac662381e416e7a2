import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { bigint, pgTable, timestamp } from 'drizzle-orm/pg-core'
import { SessionError } from '../../core/errors.ts'
import { hasNoTransactions, type PostgresDatabase, primaryOf } from './database.ts'

/** The record of the migrations that a database has. */
const journal = pgTable('coatcheck_migrations', {
  createdMillis: bigint('created_millis', { mode: 'number' }).primaryKey(),
  appliedAt: timestamp('applied_at', { withTimezone: true }).notNull().defaultNow(),
})

/** The key of the advisory lock: 'coat' in ASCII, which other applications are unlikely to use. */
const lockKey = 0x636f6174

/**
 * Creates or updates the `sessions` table (Django's `migrate`). Returns the number of migrations that it applied. If
 * `sessionsTable` is part of your own drizzle-kit schema, do not call it.
 *
 * All migrations run in one transaction under one advisory lock. So several processes may call it when they start: one of them
 * applies the migrations, and the others wait and find nothing left to apply. Rejects with the driver's error if the database
 * fails. A `query_timeout` of the pool also limits the wait and each migration: for a large table, run `npx coatcheck migrate`,
 * which sets none.
 * @throws {SessionError} CONFIG_INVALID if the driver has no transactions (neon-http). Run `npx coatcheck migrate` instead.
 * @example await migrate(db)
 */
export async function migrate(db: PostgresDatabase): Promise<number> {
  const migrations = readMigrationFiles({ migrationsFolder: migrationsFolder() })
  const applying = primaryOf(db).transaction(async (tx) => {
    // Waiting for the lock and building an index of a large table may both take longer than the app allows its statements.
    await tx.execute(sql`set local statement_timeout = 0`)
    await tx.execute(sql`set local lock_timeout = 0`)
    await tx.execute(sql`select pg_advisory_xact_lock(${sql.raw(String(lockKey))})`)
    await tx.execute(sql`create table if not exists ${journal} (
      created_millis bigint primary key, applied_at timestamptz not null default now())`)
    const applied = await appliedMillis(tx)
    const missing = migrations.filter(({ folderMillis }) => !applied.has(folderMillis))
    for (const migration of missing) {
      for (const statement of migration.sql) await tx.execute(sql.raw(statement))
      await tx.insert(journal).values({ createdMillis: migration.folderMillis })
    }
    return missing.length
  })
  return applying.catch((error: unknown) => {
    if (!hasNoTransactions(error)) throw error
    const remedy = 'Run npx coatcheck migrate, or pass a database with another driver'
    throw new SessionError('CONFIG_INVALID', `migrate needs transactions, and this Drizzle driver has none. ${remedy}.`)
  })
}

/** The migrations that a database has and lacks. */
export interface MigrationState {
  /** True if the table `sessions` exists. */
  readonly table: boolean
  /** True if the table `coatcheck_migrations` exists. Only `migrate` creates it. */
  readonly journal: boolean
  /** The number of migrations by state; null if this database user may not read `coatcheck_migrations`. */
  readonly counts: { readonly applied: number; readonly missing: number } | null
}

/** Returns which migrations a database has. Changes nothing. */
export async function migrationState(database: PostgresDatabase): Promise<MigrationState> {
  const db = primaryOf(database)
  const migrations = readMigrationFiles({ migrationsFolder: migrationsFolder() })
  const [found] = await db
    .select({
      table: sql<boolean>`to_regclass('sessions') is not null`,
      journal: sql<boolean>`to_regclass('coatcheck_migrations') is not null`,
      readable: sql<boolean>`coalesce(has_table_privilege(to_regclass('coatcheck_migrations'), 'select'), true)`,
    })
    .from(sql`(select 1) as one`)
  const { table = false, journal: hasJournal = false, readable = true } = found ?? {}
  if (!readable) return { table, journal: hasJournal, counts: null }
  const applied = hasJournal ? await appliedMillis(db) : new Set()
  const missing = migrations.filter(({ folderMillis }) => !applied.has(folderMillis)).length
  return { table, journal: hasJournal, counts: { applied: migrations.length - missing, missing } }
}

async function appliedMillis(db: PostgresDatabase): Promise<Set<number>> {
  const rows = await db.select({ millis: journal.createdMillis }).from(journal)
  return new Set(rows.map(({ millis }) => millis))
}

/** Returns the folder of the SQL files: `drizzle`, beside `lib` in the source tree and beside `dist` in the published package. */
function migrationsFolder(): string {
  return path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'drizzle')
}
