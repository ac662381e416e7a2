export type { PostgresDatabase } from './stores/drizzle/database.ts'
export { type EmbeddedDatabase, type EmbeddedOptions, openEmbedded } from './stores/drizzle/embedded.ts'
export { type MigrateOptions, migrate } from './stores/drizzle/migrate.ts'
export {
  type SessionsTable,
  type SessionsTableOf,
  type SessionsTableOptions,
  sessionsTable,
  sessionsTableAs,
} from './stores/drizzle/schema.ts'
export { type DrizzleStoreOptions, drizzleStore } from './stores/drizzle/store.ts'
