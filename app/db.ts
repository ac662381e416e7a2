import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { migrate, type PostgresDatabase } from 'coatcheck/drizzle'
import { lock } from 'proper-lockfile'
import { noteStatement } from './requests/log'
import { prepareUsers } from './users'

/** A database that is open, and how to close it. */
export interface OpenDatabase {
  readonly driver: 'pglite' | 'pg' | 'vercel'
  readonly db: PostgresDatabase
  close(): Promise<void>
}

// For the demo's list of what happened in a request: the text alone, never a parameter.
const logger = { logQuery: noteStatement }

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Opens the database that the environment names: `POSTGRES_URL` (Vercel, Neon) through @vercel/postgres, `DATABASE_URL` through
 * node-postgres, else an embedded PGlite in `DATA_DIR` (`.data`). `DATABASE_DRIVER` overrides the choice.
 */
export async function openDatabase(env: Environment = process.env): Promise<OpenDatabase> {
  const { POSTGRES_URL, DATABASE_URL, DATA_DIR = '.data' } = env
  const driver = env.DATABASE_DRIVER ?? (POSTGRES_URL ? 'vercel' : DATABASE_URL ? 'pg' : 'pglite')
  if (driver === 'pglite') return openPglite(DATA_DIR)
  if (driver === 'pg') return openPostgres(given(DATABASE_URL, 'DATABASE_DRIVER is pg, but DATABASE_URL is not set'), env)
  if (driver === 'vercel') return openVercel(given(POSTGRES_URL, 'DATABASE_DRIVER is vercel, but POSTGRES_URL is not set'))
  throw new Error(`DATABASE_DRIVER is ${driver}; use pg, vercel or pglite`)
}

function given(url: string | undefined, problem: string): string {
  if (!url) throw new Error(`${problem}; set it to postgresql://…`)
  // What stands in it may be a password: it is not repeated.
  if (!/^postgres(ql)?:/.test(url)) throw new Error('The URL of the database names another kind of database; use postgresql://…')
  return url
}

/** Whether a pooler in transaction mode stands before PostgreSQL: it knows neither named statements nor settings of a connection. */
export const isPooled = (env: Environment = process.env) => env.DATABASE_POOLED === 'true'

const connectionTimeoutMillis = 4500

async function openPostgres(connectionString: string, env: Environment): Promise<OpenDatabase> {
  const [{ Pool }, { drizzle }] = await Promise.all([import('pg'), import('drizzle-orm/node-postgres')])
  // The server gives up a statement a little before Coatcheck's own timeout of 5 s does, and then says so.
  const pool = new Pool({ connectionString, connectionTimeoutMillis, ...(!isPooled(env) && { statement_timeout: 4500 }) })
  pool.on('error', idleBroke).on('connect', bearBreaking)
  return { driver: 'pg', db: drizzle(pool, { logger }), close: () => pool.end() }
}

/** Neon's pooler takes no `statement_timeout` from a connection; the database's role can have one: ALTER ROLE … SET statement_timeout. */
async function openVercel(connectionString: string): Promise<OpenDatabase> {
  const [{ createPool }, { drizzle }] = await Promise.all([import('@vercel/postgres'), import('drizzle-orm/vercel-postgres')])
  const pool = createPool({ connectionString, connectionTimeoutMillis })
  pool.on('error', idleBroke).on('connect', bearBreaking)
  return { driver: 'vercel', db: drizzle(pool, { logger }), close: () => pool.end() }
}

// The pool replaces a connection that breaks, idle or in use; without these two listeners that would end the process as well.

function idleBroke(error: Error) {
  console.warn(`database: an idle connection broke (${'code' in error ? error.code : error.name})`)
}

/** Whoever uses the connection hears of it by the statement that fails. */
function bearBreaking(client: { on(event: 'error', listener: () => void): unknown }) {
  client.on('error', () => {})
}

async function openPglite(folder: string): Promise<OpenDatabase> {
  const [{ PGlite }, { drizzle }] = await Promise.all([import('@electric-sql/pglite'), import('drizzle-orm/pglite')])
  const release = await lockFolder(path.resolve(folder))
  try {
    const client = await PGlite.create(path.join(folder, 'pglite'))
    const close = async () => {
      await client.close()
      await release()
    }
    return { driver: 'pglite', db: drizzle(client, { logger }), close }
  } catch (error) {
    await release()
    throw error
  }
}

const staleMillis = 10_000
const lookEveryMillis = 200
/** An owner that gives so many signs, one each second, is not about to end. */
const signsOfStaying = 3

/**
 * Two processes on one PGlite folder lose each other's writes without a word, so only one may have it. A killed process leaves its lock
 * behind, which counts as abandoned after 10 s without a sign of life: so this looks until its owner gives some, or none for that long.
 */
async function lockFolder(folder: string): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true })
  const lockfilePath = path.join(folder, 'lock')
  const signOfLife = () => statSync(lockfilePath, { throwIfNoEntry: false })?.mtimeMs
  let isOurs = true
  const onCompromised = () => {
    if (isOurs) giveUp(folder)
  }
  // A sign each second, so that this process may be busy for 9 s.
  const options = { lockfilePath, stale: staleMillis, update: 1000, onCompromised }
  const signs = new Set([signOfLife()])
  for (const deadline = performance.now() + staleMillis + 2000; performance.now() < deadline; await setTimeout(lookEveryMillis)) {
    const release = await lock(folder, options).catch(unlessLocked)
    if (release) {
      return () => {
        isOurs = false
        return release()
      }
    }
    if (signs.add(signOfLife()).size > signsOfStaying) break
  }
  throw new Error(
    `Another process has the embedded database in ${folder} open. Stop it, or set DATA_DIR or DATABASE_URL to another one.`,
  )
}

function unlessLocked(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') return null
  throw error
}

/** This process stood still for too long, or the folder was deleted: whoever has taken the database over must not be written over for longer. */
function giveUp(folder: string): never {
  console.error(
    `The lock of the embedded database in ${folder} is lost, so this process ends: two must not write to it. Start it again.`,
  )
  process.exit(1)
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
