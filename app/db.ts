import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { migrate, type PostgresDatabase } from 'coatcheck/drizzle'
import { lock } from 'proper-lockfile'
import { prepareUsers } from './users'

/** A database that is open, and how to close it. */
export interface OpenDatabase {
  readonly driver: 'pglite' | 'pg'
  readonly db: PostgresDatabase
  close(): Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Opens the database that the environment names: `DATABASE_URL` through node-postgres, else an embedded PGlite in `DATA_DIR` (`.data`).
 * `DATABASE_DRIVER` overrides the choice.
 */
export async function openDatabase(env: Environment = process.env): Promise<OpenDatabase> {
  const driver = env.DATABASE_DRIVER ?? (env.DATABASE_URL ? 'pg' : 'pglite')
  if (driver === 'pglite') return openPglite(env.DATA_DIR ?? '.data')
  if (driver === 'pg' && env.DATABASE_URL) return openPostgres(env.DATABASE_URL)
  if (driver === 'pg') throw new Error('DATABASE_DRIVER is pg, but DATABASE_URL is not set; set it to postgresql://…')
  throw new Error(`DATABASE_DRIVER is ${driver}; use pg or pglite`)
}

async function openPostgres(connectionString: string): Promise<OpenDatabase> {
  const [{ Pool }, { drizzle }] = await Promise.all([import('pg'), import('drizzle-orm/node-postgres')])
  // The server gives up a statement a little before Coatcheck's own timeout of 5 s does, and then says so.
  const pool = new Pool({ connectionString, statement_timeout: 4500, connectionTimeoutMillis: 4500 })
  // Without a listener an idle connection that breaks ends the process. The pool replaces it by itself.
  pool.on('error', (error) => console.warn(`database: an idle connection broke (${'code' in error ? error.code : error.name})`))
  return { driver: 'pg', db: drizzle(pool), close: () => pool.end() }
}

async function openPglite(folder: string): Promise<OpenDatabase> {
  const [{ PGlite }, { drizzle }] = await Promise.all([import('@electric-sql/pglite'), import('drizzle-orm/pglite')])
  const release = await lockFolder(path.resolve(folder))
  const client = await PGlite.create(path.join(folder, 'pglite'))
  return {
    driver: 'pglite',
    db: drizzle(client),
    close: async () => {
      await client.close()
      await release()
    },
  }
}

/** Two processes on one PGlite folder lose each other's writes without a word, so only one may have it. */
async function lockFolder(folder: string): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true })
  try {
    // A killed process leaves its lock behind; it counts as abandoned after 5 s without a sign of life, so wait a little longer than that.
    const lockfilePath = path.join(folder, 'lock')
    return await lock(folder, { lockfilePath, stale: 5000, retries: { retries: 14, minTimeout: 500, maxTimeout: 500 } })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error
    throw new Error(
      `Another process has the embedded database in ${folder} open. Stop it, or set DATA_DIR or DATABASE_URL to another one.`,
    )
  }
}

// Pages, route handlers and the proxy are separate module graphs in one process: what they share must lie on globalThis.
const openKey = Symbol.for('coatcheck-demo.database')
const shared = globalThis as { [openKey]?: Promise<OpenDatabase> | undefined }

/** The app's database, opened and brought up to date at the first use; a failure is not kept, so the next use tries again. */
export function database(): Promise<PostgresDatabase> {
  shared[openKey] ??= openAndPrepare().catch((error: unknown) => {
    shared[openKey] = undefined
    throw error
  })
  return shared[openKey].then(({ db }) => db)
}

async function openAndPrepare(): Promise<OpenDatabase> {
  const open = await openDatabase()
  try {
    await migrate(open.db)
    await prepareUsers(open)
    return open
  } catch (error) {
    await open.close()
    throw error
  }
}
