import { type SQL, sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { SessionError } from '../../core/errors.ts'
import { buildIndex } from './build-index.ts'
import { type PostgresDatabase, primaryOf } from './database.ts'
import { addColumns, journalName, type Migration, migrationsOf, ownIndexes } from './migration-sql.ts'
import { qualifiedName, quoted, readableName } from './names.ts'
import { type SessionsTable, sessionsTable } from './schema.ts'
import { shortTransaction } from './short-transaction.ts'

/** The options of `migrate`. */
export interface MigrateOptions {
  /** The table, which `sessionsTableAs` created. Pass the same one to `drizzleStore`. @default sessionsTable */
  table?: SessionsTable
}

/**
 * Creates or updates the table of sessions (Django's `migrate`), with the app's own columns and indexes. Returns the
 * number of migrations that it applied. If the table is part of your own drizzle-kit schema, do not call it.
 *
 * Several processes may call it when they start. Readers and writers of a large table continue meanwhile. Each
 * migration is a short transaction that waits at most a second for a lock and then tries again. Indexes are built
 * CONCURRENTLY. Rejects with the driver's error if the database fails. The migrations applied until then stay, and the
 * next call continues.
 * @throws {SessionError} CONFIG_INVALID if another library created the table, or the driver has no transactions
 * (neon-http).
 * @example await migrate(db)
 */
export async function migrate(database: PostgresDatabase, { table = sessionsTable }: MigrateOptions = {}): Promise<number> {
  const db = primaryOf(database)
  const created = await shortTransaction(db, (tx) => createTable(tx, table))
  if (created !== null) return created
  let applied = 0
  for (const migration of await missingMigrations(db, table)) {
    const isApplied = sql.raw(`exists (select 1 from ${journalName(table)} where created_millis = ${migration.createdMillis})`)
    for (const index of migration.indexes) await buildIndex(db, table, index, isApplied)
    applied += await shortTransaction(db, (tx) => apply(tx, table, migration))
  }
  return applied + (await addOwnParts(db, table))
}

/**
 * Creates the table if it is missing and returns the number of migrations; returns null if the table exists. It uses
 * one transaction, because no reader waits for a new table.
 */
async function createTable(tx: PostgresDatabase, table: SessionsTable): Promise<number | null> {
  const existing = await columnsOf(tx, table)
  if (existing.length > 0) {
    await checkOrigin(tx, table, existing)
    return null
  }
  const { schema } = getTableConfig(table)
  if (schema !== undefined && !(await one(tx, sql`to_regnamespace(${quoted(schema)}::text) is not null`))) {
    await tx.execute(sql.raw(`create schema if not exists ${quoted(schema)}`))
  }
  const journal = sql.raw(journalName(table))
  await tx.execute(sql`create table if not exists ${journal} (
    created_millis bigint primary key, applied_at timestamptz not null default now())`)
  await tx.execute(sql`delete from ${journal}`) // this journal belongs to a table that was dropped
  const migrations = migrationsOf(table)
  for (const migration of migrations) await run(tx, table, migration, migration.statements)
  const columns = addColumns(table, [])
  if (columns) await tx.execute(sql.raw(columns))
  for (const { kind, definition } of ownIndexes(table)) await tx.execute(sql.raw(`CREATE ${kind} ${definition}`))
  return migrations.length
}

/** Applies a migration whose indexes exist. Returns 0 if another process has applied it in the meantime. */
async function apply(tx: PostgresDatabase, table: SessionsTable, migration: Migration): Promise<number> {
  const applied = await appliedMillis(tx, table)
  if (applied.has(migration.createdMillis)) return 0
  await run(tx, table, migration, migration.others)
  return 1
}

async function run(tx: PostgresDatabase, table: SessionsTable, { createdMillis }: Migration, statements: readonly string[]) {
  for (const statement of statements) await tx.execute(sql.raw(statement))
  await tx.execute(sql.raw(`insert into ${journalName(table)} (created_millis) values (${createdMillis})`))
}

/** Adds the app's own columns and indexes that are missing. Returns 1 if any was missing, otherwise 0. */
async function addOwnParts(db: PostgresDatabase, table: SessionsTable): Promise<number> {
  const columns = addColumns(table, await columnsOf(db, table))
  if (columns) await shortTransaction(db, (tx) => tx.execute(sql.raw(columns)))
  let isChanged = columns !== undefined
  for (const index of ownIndexes(table)) isChanged = (await buildIndex(db, table, index)) || isChanged
  return isChanged ? 1 : 0
}

/** The columns by which a table of this library is recognised. Every version has them. */
const ourColumns = ['id', 'token_hash', 'expires_at', 'version', 'data']

/** @throws {SessionError} CONFIG_INVALID if `migrate` did not create the table. */
async function checkOrigin(db: PostgresDatabase, table: SessionsTable, existing: readonly string[]): Promise<void> {
  const name = readableName(table)
  if (!ourColumns.every((column) => existing.includes(column))) {
    const found = `The table ${name} exists, and another library or the app created it: it has ${existing.slice(0, 5).join(', ')}`
    const remedy = `Name another table: const table = sessionsTableAs('app_sessions'), drizzleStore(db, { table })`
    throw new SessionError('CONFIG_INVALID', `${found}. ${remedy} and migrate(db, { table }).`)
  }
  if (await exists(db, journalName(table))) return
  const problem = `The table ${name} exists, but migrate did not create it: ${journalName(table)} is missing`
  throw new SessionError('CONFIG_INVALID', `${problem}. Update it with the tool that created it, such as drizzle-kit.`)
}

/** The migrations that a database has and lacks. */
export interface MigrationState {
  /** True if the table exists. */
  readonly table: boolean
  /** True if the record of migrations exists. Only `migrate` creates it. */
  readonly journal: boolean
  /** The number of migrations by state; null if this database user may not read the record of migrations. */
  readonly counts: { readonly applied: number; readonly missing: number } | null
}

/** Returns the migrations that a database has and lacks. Changes nothing. */
export async function migrationState(
  database: PostgresDatabase,
  { table = sessionsTable }: MigrateOptions = {},
): Promise<MigrationState> {
  const db = primaryOf(database)
  const found = { table: await exists(db, qualifiedName(table)), journal: await exists(db, journalName(table)) }
  const isReadable = sql`coalesce(has_table_privilege(to_regclass(${journalName(table)}::text), 'select'), true)`
  if (!(await one(db, isReadable))) return { ...found, counts: null }
  const all = migrationsOf(table).length
  const missing = found.journal ? (await missingMigrations(db, table)).length : all
  return { ...found, counts: { applied: all - missing, missing } }
}

async function missingMigrations(db: PostgresDatabase, table: SessionsTable): Promise<Migration[]> {
  const applied = await appliedMillis(db, table)
  return migrationsOf(table).filter(({ createdMillis }) => !applied.has(createdMillis))
}

async function appliedMillis(db: PostgresDatabase, table: SessionsTable): Promise<Set<number>> {
  const rows = await db.select({ millis: sql<string>`created_millis::text` }).from(sql.raw(journalName(table)))
  return new Set(rows.map(({ millis }) => Number(millis)))
}

/** Returns the names of the columns of a table; none if it does not exist. */
async function columnsOf(db: PostgresDatabase, table: SessionsTable): Promise<string[]> {
  const rows = await db
    .select({ name: sql<string>`attname::text` })
    .from(sql`pg_attribute`)
    .where(sql`attrelid = to_regclass(${qualifiedName(table)}::text) and attnum > 0 and not attisdropped`)
    .orderBy(sql`attnum`)
  return rows.map(({ name }) => name)
}

const exists = (db: PostgresDatabase, name: string) => one(db, sql`to_regclass(${name}::text) is not null`)

async function one(db: PostgresDatabase, condition: SQL): Promise<boolean> {
  const [row] = await db.select({ value: sql<boolean>`${condition}` }).from(sql`(select 1) as one`)
  return row?.value === true
}
