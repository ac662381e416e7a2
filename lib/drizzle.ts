export type { PostgresDatabase } from './stores/drizzle/database.ts'
export { migrate } from './stores/drizzle/migrate.ts'
export { sessionsTable } from './stores/drizzle/schema.ts'
export { type DrizzleStoreOptions, drizzleStore } from './stores/drizzle/store.ts'
