import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'

/** Any Drizzle database that speaks PostgreSQL, whatever its driver and schema. */
// biome-ignore lint/suspicious/noExplicitAny: Drizzle's own type for "any schema", invariant in its parameters
export type PostgresDatabase = PgDatabase<PgQueryResultHKT, any, any>

/** Whether this is how a driver without transactions says so, before it sends anything: neon-http, xata-http and pg-proxy. */
export function hasNoTransactions(error: unknown): boolean {
  return error instanceof Error && /^(No transactions support|Transactions are not supported) /.test(error.message)
}
