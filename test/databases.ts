import { migrate } from 'coatcheck/drizzle'
import { inject } from 'vitest'
import { type OpenDatabase, openDatabase } from '../app/db'
import { createDatabase } from './postgres'

/** Every database driver that the demo and the commands know, each with a fresh database. */
export const drivers = {
  pglite: async () => openDatabase({ DATABASE_DRIVER: 'pglite', DATA_DIR: await temporaryFolder() }),
  pg: async () => openDatabase({ DATABASE_URL: await createDatabase(inject('postgresUrl')) }),
} satisfies Record<string, () => Promise<OpenDatabase>>

/** A fresh database on one driver, with the sessions table. */
export async function freshDatabase(driver: keyof typeof drivers): Promise<OpenDatabase> {
  const open = await drivers[driver]()
  await migrate(open.db)
  return open
}

async function temporaryFolder(): Promise<string> {
  const [{ mkdtemp }, { tmpdir }, { join }] = await Promise.all([import('node:fs/promises'), import('node:os'), import('node:path')])
  return mkdtemp(join(tmpdir(), 'coatcheck-pglite-'))
}
