import { existsSync } from 'node:fs'
import path from 'node:path'
import type { PostgresDatabase } from '../stores/drizzle/database.ts'
import { openEmbedded } from '../stores/drizzle/embedded.ts'
import { type Driver, databaseUrl, databaseUrlForm, dataFolder, driverOf, type Environment, hostAndPath } from './environment.ts'
import { configInvalid } from './errors.ts'
import type { Terminal } from './terminal.ts'

/** An open database. */
export interface OpenDatabase {
  readonly driver: Driver
  readonly db: PostgresDatabase
  /** Describes the database for people, without user and password. */
  readonly description: string
  close(): Promise<void>
}

/** The options of `openDatabase`. */
export interface OpenDatabaseOptions {
  /** Creates an embedded database if it is missing and the environment asks for one. @default false */
  readonly create?: boolean
}

/**
 * Opens the database that the environment names: `POSTGRES_URL` through @vercel/postgres, `DATABASE_URL` through node-postgres,
 * otherwise the embedded PGlite in `DATA_DIR` (default `.data`). `DATABASE_DRIVER` overrides the choice.
 * @throws {SessionError} CONFIG_INVALID if a variable is missing or wrong, or there is no embedded database.
 */
export async function openDatabase(
  terminal: Pick<Terminal, 'env' | 'printMessage'>,
  { create = false }: OpenDatabaseOptions = {},
): Promise<OpenDatabase> {
  const { env } = terminal
  const driver = driverOf(env)
  if (driver === 'pglite') return openPglite(terminal, create)
  const { url, variable } = databaseUrl(env, driver)
  const { pool, db } = await (driver === 'pg' ? openPostgres(url) : openVercel(url))
  // If a connection breaks, the statement that uses it rejects. Without a listener the process would end as well.
  pool.on('error', () => {})
  return { driver, db, description: `${hostAndPath(url)} (${variable})`, close: () => pool.end() }
}

const poolOptions = { connectionTimeoutMillis: 4500, max: 2 }

async function openPostgres(connectionString: string) {
  const [{ default: pg }, { drizzle }] = await Promise.all([import('pg'), import('drizzle-orm/node-postgres')])
  const pool = new pg.Pool({ connectionString, ...poolOptions })
  return { pool, db: drizzle(pool) }
}

async function openVercel(connectionString: string) {
  const [{ createPool }, { drizzle }] = await Promise.all([import('@vercel/postgres'), import('drizzle-orm/vercel-postgres')])
  const pool = createPool({ connectionString, ...poolOptions })
  return { pool, db: drizzle(pool) }
}

async function openPglite({ env, printMessage }: Pick<Terminal, 'env' | 'printMessage'>, create: boolean): Promise<OpenDatabase> {
  const folder = path.resolve(dataFolder(env))
  requireEmbedded(env, folder, create)
  const onLocked = () =>
    printMessage(`The embedded database in ${folder} is locked. Checking whether another process has it open (up to 12 s) …`)
  const { db, close } = await openEmbedded(folder, { onLocked })
  return { driver: 'pglite', db, description: `the embedded database in ${folder}`, close }
}

/**
 * Checks that there is an embedded database, or that the environment asks to create one. A new empty database would hide that the
 * configuration names the wrong one.
 * @throws {SessionError} CONFIG_INVALID otherwise.
 */
function requireEmbedded({ DATABASE_DRIVER, DATA_DIR }: Environment, folder: string, create: boolean): void {
  if (existsSync(path.join(folder, 'pglite'))) return
  const isNamed = Boolean(DATABASE_DRIVER || DATA_DIR)
  if (create && isNamed) return
  if (isNamed) throw configInvalid(`There is no embedded database in ${folder}. Start the app, or run: coatcheck migrate`)
  const found = `DATABASE_URL is not set, and there is no embedded database in ${folder}. Set DATABASE_URL to ${databaseUrlForm}.`
  const remedy = create ? 'set DATABASE_DRIVER to pglite.' : 'start the app, or run: DATABASE_DRIVER=pglite coatcheck migrate'
  throw configInvalid(`${found} To create an embedded database instead, ${remedy}`)
}
