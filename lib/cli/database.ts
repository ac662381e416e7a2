import path from 'node:path'
import type { PostgresDatabase } from '../stores/drizzle/database.ts'
import { lockFolder, requireEmbedded } from './embedded.ts'
import { type Driver, databaseUrl, dataFolder, driverOf, placeOf } from './settings.ts'
import type { Environment } from './terminal.ts'

/** A database that is open. */
export interface OpenDatabase {
  readonly driver: Driver
  readonly db: PostgresDatabase
  /** For people: which one it is, without user and password. */
  readonly place: string
  close(): Promise<void>
}

/** How to open a database. */
export interface Opening {
  /** Told when opening has to wait. */
  readonly say: (text: string) => void
  /** Whether an embedded database may be made where there is none. @default false */
  readonly create?: boolean
}

/**
 * Opens the database that the environment names: `POSTGRES_URL` through @vercel/postgres, `DATABASE_URL` through node-postgres, else the
 * embedded PGlite in `DATA_DIR` (`.data`); `DATABASE_DRIVER` overrides the choice.
 */
export async function openDatabase(env: Environment, opening: Opening): Promise<OpenDatabase> {
  const driver = driverOf(env)
  if (driver === 'pglite') return openPglite(env, opening)
  const { url, variable } = databaseUrl(env, driver)
  const { pool, db } = await (driver === 'pg' ? openPostgres(url) : openVercel(url))
  pool.on('error', () => {}) // whoever uses the connection hears of it; without a listener the process would end
  return { driver, db, place: `${placeOf(url)} (${variable})`, close: () => pool.end() }
}

const limits = { connectionTimeoutMillis: 4500, max: 2 }

async function openPostgres(connectionString: string) {
  const [{ default: pg }, { drizzle }] = await Promise.all([import('pg'), import('drizzle-orm/node-postgres')])
  const pool = new pg.Pool({ connectionString, ...limits })
  return { pool, db: drizzle(pool) }
}

async function openVercel(connectionString: string) {
  const [{ createPool }, { drizzle }] = await Promise.all([import('@vercel/postgres'), import('drizzle-orm/vercel-postgres')])
  const pool = createPool({ connectionString, ...limits })
  return { pool, db: drizzle(pool) }
}

async function openPglite(env: Environment, { say, create = false }: Opening): Promise<OpenDatabase> {
  const folder = path.resolve(dataFolder(env))
  requireEmbedded(env, folder, create)
  const [{ PGlite }, { drizzle }] = await Promise.all([import('@electric-sql/pglite'), import('drizzle-orm/pglite')])
  const release = await lockFolder(folder, say)
  try {
    const client = await PGlite.create(path.join(folder, 'pglite'))
    const close = async () => {
      await client.close()
      await release()
    }
    return { driver: 'pglite', db: drizzle(client), place: `the embedded database in ${folder}`, close }
  } catch (error) {
    await release()
    throw error
  }
}
