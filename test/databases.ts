import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ServerOptions } from 'coatcheck'
import { type DrizzleStoreOptions, drizzleStore, migrate } from 'coatcheck/drizzle'
import { memoryStore } from 'coatcheck/testing'
import { sql } from 'drizzle-orm'
import { inject } from 'vitest'
import { type OpenDatabase, openDatabase } from '../app/db'
import { createDatabase } from './postgres'

/** Every database driver that the demo knows. */
export type Driver = OpenDatabase['driver']
export const drivers: readonly Driver[] = ['pglite', 'pg']

/** A fresh database on one driver, with the sessions table. */
export async function freshDatabase(driver: Driver): Promise<OpenDatabase> {
  const open = await emptyDatabase(driver)
  await migrate(open.db)
  return open
}

/** A fresh database on one driver, without tables. */
export async function emptyDatabase(driver: Driver): Promise<OpenDatabase> {
  if (driver === 'pg') return openDatabase({ DATABASE_URL: await createDatabase(inject('postgresUrl')) })
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-pglite-'))
  const open = await openDatabase({ DATA_DIR: folder })
  const close = async () => {
    await open.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...open, close }
}

/** A store of one kind, fresh, and a way to let time pass for it. */
export interface TestStore {
  readonly store: ServerOptions['store']
  elapse(seconds: number): Promise<void>
  close(): Promise<void>
}

/** The stores on which every rule is tested. */
export const stores: Readonly<Record<string, () => Promise<TestStore>>> = {
  memory: async () => {
    let now = Date.now()
    const elapse = async (seconds: number) => {
      now += seconds * 1000
    }
    return { store: memoryStore({ now: () => now }), elapse, close: async () => {} }
  },
  'drizzle on pglite': () => drizzleTestStore('pglite'),
  'drizzle on pg': () => drizzleTestStore('pg'),
  'drizzle on pg without named statements': () => drizzleTestStore('pg', { prepare: false }),
}

async function drizzleTestStore(driver: Driver, options: DrizzleStoreOptions = {}): Promise<TestStore> {
  const { db, close } = await freshDatabase(driver)
  const elapse = async (seconds: number) => {
    const columns = ['created_at', 'authenticated_at', 'last_seen_at', 'expires_at', 'expiry_at']
    const earlier = columns.map((column) => `${column} = ${column} - interval '${seconds} seconds'`)
    await db.execute(sql.raw(`update sessions set ${earlier.join(', ')}`))
  }
  return { store: drizzleStore(db, options), elapse, close }
}
