import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'

/** Any Drizzle database for PostgreSQL, with any driver and any schema. */
// biome-ignore lint/suspicious/noExplicitAny: Drizzle's own type for "any schema", invariant in its parameters
export type PostgresDatabase = PgDatabase<PgQueryResultHKT, any, any>

/**
 * Returns true if `error` says that the driver has no transactions. The drivers neon-http, xata-http and pg-proxy throw it before
 * they send anything.
 */
export function hasNoTransactions(error: unknown): boolean {
  return error instanceof Error && /^(No transactions support|Transactions are not supported) /.test(error.message)
}

/**
 * Returns the primary of a database that `withReplicas` created, and any other database as it is. A replica may be behind: it
 * would still show a session that was just revoked, and not show the login that has just happened.
 */
export function primaryOf(db: PostgresDatabase): PostgresDatabase {
  return '$primary' in db ? (db.$primary as PostgresDatabase) : db
}
