import type { PostgresDatabase } from 'coatcheck/drizzle'
import { migrateDatabase } from './migrate'
import { type OpenDatabase, openDatabase } from './open'

export { isPooled, type OpenDatabase, openDatabase } from './open'

// Pages, route handlers and instrumentation.ts are separate module graphs in one process. They share state through globalThis.
const openKey = Symbol.for('coatcheck-demo.database')
const shared = globalThis as { [openKey]?: Promise<OpenDatabase> | undefined }

/** Returns the app's database. The first call opens and migrates it. After a failure the next call tries again. */
export function database(): Promise<PostgresDatabase> {
  shared[openKey] ??= openAndMigrate().catch((error: unknown) => {
    shared[openKey] = undefined
    throw error
  })
  return shared[openKey].then(({ db }) => db)
}

async function openAndMigrate(): Promise<OpenDatabase> {
  const open = await openDatabase()
  try {
    await migrateDatabase(open)
    return open
  } catch (error) {
    await open.close()
    throw error
  }
}
