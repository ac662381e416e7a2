import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { bigint, pgTable, timestamp } from 'drizzle-orm/pg-core'
import { SessionError } from '../../core/errors.ts'
import { hasNoTransactions, type PostgresDatabase } from './database.ts'

const applied = pgTable('coatcheck_migrations', {
  createdMillis: bigint('created_millis', { mode: 'number' }).primaryKey(),
  appliedAt: timestamp('applied_at', { withTimezone: true }).notNull().defaultNow(),
})

/** Any number that other applications are unlikely to lock: 'coat' in ASCII. */
const lockKey = 0x636f6174

/**
 * Creates or updates the `sessions` table (Django's `migrate`), and answers how many migrations it applied. All happen in one transaction
 * under one advisory lock, so several processes may call it as they start: one works, the others wait and find nothing to do.
 * Rejects with the driver's error, or with CONFIG_INVALID if the driver has no transactions (neon-http): run `npx coatcheck migrate` then. Leave it out if you take `sessionsTable` into your own drizzle-kit schema.
 */
export async function migrate(db: PostgresDatabase): Promise<number> {
  const migrations = readMigrationFiles({ migrationsFolder: migrationsFolder() })
  const applying = db.transaction(async (tx) => {
    // For the wait, and for making an index of a large table: both may take longer than what the app's statements are given.
    await tx.execute(sql`set local statement_timeout = 0`)
    await tx.execute(sql`set local lock_timeout = 0`)
    await tx.execute(sql`select pg_advisory_xact_lock(${sql.raw(String(lockKey))})`)
    await tx.execute(sql`create table if not exists ${applied} (
      created_millis bigint primary key, applied_at timestamptz not null default now())`)
    const done = new Set((await tx.select({ millis: applied.createdMillis }).from(applied)).map(({ millis }) => millis))
    const due = migrations.filter(({ folderMillis }) => !done.has(folderMillis))
    for (const migration of due) {
      for (const statement of migration.sql) await tx.execute(sql.raw(statement))
      await tx.insert(applied).values({ createdMillis: migration.folderMillis })
    }
    return due.length
  })
  return applying.catch((error: unknown) => {
    if (!hasNoTransactions(error)) throw error
    const remedy = 'Run npx coatcheck migrate instead, or migrate with another driver'
    throw new SessionError('CONFIG_INVALID', `This Drizzle driver has no transactions, which migrate needs. ${remedy}.`)
  })
}

/** What of the migrations a database has. */
export interface MigrationState {
  /** Whether the table `sessions` is there. */
  readonly table: boolean
  /** Whether the record of migrations is there, which only `migrate` writes. */
  readonly journal: boolean
  /** How many of the migrations there are; null where this user may not read the record. */
  readonly counts: { readonly applied: number; readonly missing: number } | null
}

/** Looks which migrations a database has, and changes nothing. */
export async function migrationState(db: PostgresDatabase): Promise<MigrationState> {
  const migrations = readMigrationFiles({ migrationsFolder: migrationsFolder() })
  const [found] = await db
    .select({
      table: sql<boolean>`to_regclass('sessions') is not null`,
      journal: sql<boolean>`to_regclass('coatcheck_migrations') is not null`,
      readable: sql<boolean>`coalesce(has_table_privilege(to_regclass('coatcheck_migrations'), 'select'), true)`,
    })
    .from(sql`(select 1) as one`)
  const { table = false, journal = false, readable = true } = found ?? {}
  if (!readable) return { table, journal, counts: null }
  const done = new Set(
    journal ? (await db.select({ millis: applied.createdMillis }).from(applied)).map(({ millis }) => millis) : [],
  )
  const missing = migrations.filter(({ folderMillis }) => !done.has(folderMillis)).length
  return { table, journal, counts: { applied: migrations.length - missing, missing } }
}

/** The SQL files lie beside the package's modules, in the source tree as in the published package. */
function migrationsFolder(): string {
  return path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'drizzle')
}
