import { storeFailed } from '../core/store/deadline.ts'
import { migrate as migrateDatabase } from '../stores/drizzle/migrate.ts'
import { openDatabase } from './database.ts'
import { engineOf } from './settings.ts'
import type { Outcome, Terminal } from './terminal.ts'
import { counted } from './format.ts'

/** `coatcheck migrate`: creates or updates the sessions table. */
export async function migrate({ env, say }: Terminal): Promise<Outcome> {
  const engine = engineOf(env)
  if (engine !== 'db' && engine !== 'cached') {
    return { text: `Nothing to do: SESSION_ENGINE is ${engine}, which needs no table.`, json: { applied: 0 } }
  }
  const { db, place, close } = await openDatabase(env, { say, create: true })
  try {
    const applied = await migrateDatabase(db).catch((error: unknown) => {
      throw storeFailed(error, 'none') // all of it is one transaction
    })
    const text =
      applied === 0
        ? `Nothing to do: the sessions table is up to date in ${place}.`
        : `Applied ${counted(applied, 'migration')} to ${place}.`
    return { text, json: { applied } }
  } finally {
    await close()
  }
}
