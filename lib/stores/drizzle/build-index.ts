import { type SQL, sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { SessionError } from '../../core/errors.ts'
import type { PostgresDatabase } from './database.ts'
import type { IndexSql } from './migration-sql.ts'
import { qualifiedName, quoted, readableName } from './names.ts'
import type { SessionsTable } from './schema.ts'
import { pause, sqlState } from './short-transaction.ts'

/** The errors after which another try may succeed: a deadlock with another build, and lock_timeout. */
const passing = ['40P01', '55P03']
const maxTries = 10

/**
 * Builds an index of a table that is in use, if it is missing: CONCURRENTLY, so that readers and writers continue. It
 * runs outside of a transaction, as PostgreSQL requires. Returns true if it has built the index.
 *
 * It holds no lock meanwhile, because a session-level advisory lock does not work behind a pooler. Instead it checks
 * the state of the index in the database: it waits for the build of another process, or for one that continues after
 * this client's `query_timeout`, and drops the invalid index of an interrupted build.
 * @param isObsolete True in the database once the index is no longer needed, because another process has applied the
 * migration.
 * @throws {SessionError} CONFIG_INVALID if `statement_timeout` is shorter than the build.
 */
export async function buildIndex(
  db: PostgresDatabase,
  table: SessionsTable,
  index: IndexSql,
  isObsolete: SQL = sql`false`,
): Promise<boolean> {
  for (let tries = 0, failure: unknown; ; await pause()) {
    const state = await stateOf(db, table, index.name, isObsolete)
    if (state === 'done') return tries > 0
    if (state === 'building') continue
    if (failure && (tries === maxTries || !passing.includes(sqlState(failure) ?? ''))) throw explained(failure, table, index)
    tries++
    failure = await build(db, table, index, state).catch((error: unknown) => error)
  }
}

type IndexState = 'missing' | 'invalid' | 'building' | 'done'

async function build(db: PostgresDatabase, table: SessionsTable, { name, kind, definition }: IndexSql, state: IndexState) {
  const { schema } = getTableConfig(table)
  const qualified = schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
  if (state === 'invalid') await db.execute(sql.raw(`DROP INDEX CONCURRENTLY IF EXISTS ${qualified}`))
  await db.execute(sql.raw(`CREATE ${kind} CONCURRENTLY ${definition}`))
}

/** 'building' means that any index of the table is being built: two builds of one table wait for each other. */
async function stateOf(db: PostgresDatabase, table: SessionsTable, name: string, isObsolete: SQL): Promise<IndexState> {
  const relation = sql`to_regclass(${qualifiedName(table)}::text)`
  const [row] = await db
    .select({
      isObsolete: sql<boolean>`${isObsolete}`,
      building: sql<boolean>`exists (select 1 from pg_stat_progress_create_index where relid = ${relation})`,
      valid: sql<boolean | null>`(select indisvalid from pg_index join pg_class on pg_class.oid = indexrelid
        where indrelid = ${relation} and relname = ${name}::text)`,
    })
    .from(sql`(select 1) as one`)
  if (row?.valid || row?.isObsolete) return 'done'
  if (row?.building) return 'building'
  return row?.valid === false ? 'invalid' : 'missing'
}

function explained(failure: unknown, table: SessionsTable, { name }: IndexSql): unknown {
  if (sqlState(failure) !== '57014') return failure
  const problem = `The index ${name} of ${readableName(table)} takes longer than the statement_timeout of this database.`
  return new SessionError('CONFIG_INVALID', `${problem} Pass migrate a database whose connections set statement_timeout to 0.`)
}
