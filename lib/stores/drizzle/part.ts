import type { PostgresDatabase } from './database.ts'
import type { MigrationState } from './migrate.ts'

/** A store's database, for the command. `drizzleStore` holds it under the key `partsOf`. */
export interface DrizzlePart {
  /** The name of the table of sessions, for messages. */
  readonly table: string
  /** Opens the database if it is not open yet. */
  open(): Promise<PostgresDatabase>
  /** Creates or updates the store's table in `db`. Returns the number of migrations that it applied. */
  migrate(db: PostgresDatabase): Promise<number>
  /** Returns the migrations that `db` has and lacks. */
  migrationState(db: PostgresDatabase): Promise<MigrationState>
}
