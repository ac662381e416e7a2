import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'

/** Any Drizzle database that speaks PostgreSQL, whatever its driver and schema. */
// biome-ignore lint/suspicious/noExplicitAny: Drizzle's own type for "any schema", invariant in its parameters
export type PostgresDatabase = PgDatabase<PgQueryResultHKT, any, any>
