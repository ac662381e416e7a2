import { formatCount } from '../core/administration/format.ts'
import { storeFailed } from '../core/store/deadline.ts'
import { migrate as migrateDatabase } from '../stores/drizzle/migrate.ts'
import { openDatabase } from './database.ts'
import { engineOf } from './environment.ts'
import type { CommandResult, Terminal } from './terminal.ts'

/** Runs `coatcheck migrate`: creates or updates the table of sessions. */
export async function migrate(terminal: Terminal): Promise<CommandResult> {
  const engine = engineOf(terminal.env)
  if (engine !== 'db' && engine !== 'cached') {
    return { text: `Nothing to do: SESSION_ENGINE is ${engine}, which needs no table.`, json: { applied: 0 } }
  }
  const { db, description, close } = await openDatabase(terminal, { create: true })
  try {
    const applied = await migrateDatabase(db).catch((error: unknown) => {
      throw storeFailed(error, 'none') // the transaction of all migrations was rolled back
    })
    const text =
      applied === 0
        ? `Nothing to do: the sessions table is up to date in ${description}.`
        : `Applied ${formatCount(applied, 'migration')} to ${description}.`
    return { text, json: { applied } }
  } finally {
    await close()
  }
}
