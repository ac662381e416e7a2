import { openEmbedded, type PostgresDatabase } from 'coatcheck/drizzle'
import type { Environment } from '../environment'
import { noteStatement } from '../requests/log'

/** An open database and its driver. */
export interface OpenDatabase {
  readonly driver: 'pglite' | 'pg' | 'vercel'
  readonly db: PostgresDatabase
  close(): Promise<void>
}

// Feeds the panel "Last request". noteStatement takes the text only and ignores the parameters.
const logger = { logQuery: noteStatement }

/**
 * Opens the database that the environment names: `POSTGRES_URL` (Vercel, Neon) through @vercel/postgres, `DATABASE_URL`
 * through node-postgres, otherwise an embedded PGlite in `DATA_DIR` (default `.data`). `DATABASE_DRIVER` overrides the
 * choice.
 */
export async function openDatabase(env: Environment = process.env): Promise<OpenDatabase> {
  const { POSTGRES_URL, DATABASE_URL, DATA_DIR = '.data' } = env
  const driver = env.DATABASE_DRIVER ?? (POSTGRES_URL ? 'vercel' : DATABASE_URL ? 'pg' : 'pglite')
  if (driver === 'pglite') return { driver, ...(await openEmbedded(DATA_DIR, { logger })) }
  if (driver === 'pg') return openPostgres(requireUrl(DATABASE_URL, 'DATABASE_DRIVER is pg, but DATABASE_URL is not set'), env)
  if (driver === 'vercel') return openVercel(requireUrl(POSTGRES_URL, 'DATABASE_DRIVER is vercel, but POSTGRES_URL is not set'))
  throw new Error(`DATABASE_DRIVER is ${driver}; use pg, vercel or pglite`)
}

function requireUrl(url: string | undefined, problem: string): string {
  if (!url) throw new Error(`${problem}; set it to postgresql://…`)
  // The message does not repeat the URL, because it may contain a password.
  if (!/^postgres(ql)?:/.test(url)) throw new Error('The database URL does not start with postgresql://; use a PostgreSQL URL')
  return url
}

/**
 * Returns true if a pooler in transaction mode is used. It supports neither named statements nor connection settings.
 */
export const isPooled = (env: Environment = process.env) => env.DATABASE_POOLED === 'true'

/** With `query_timeout`, the pool replaces connections whose packets are lost without an error. */
const timeouts = { connectionTimeoutMillis: 4500, query_timeout: 5000 }

async function openPostgres(connectionString: string, env: Environment): Promise<OpenDatabase> {
  const [{ Pool }, { drizzle }] = await Promise.all([import('pg'), import('drizzle-orm/node-postgres')])
  // Slightly shorter than Coatcheck's own timeout of 5 s, so that the server cancels the statement and reports why.
  const pool = new Pool({ connectionString, ...timeouts, ...(!isPooled(env) && { statement_timeout: 4500 }) })
  pool.on('error', warnIdleBroke).on('connect', ignoreErrors)
  return { driver: 'pg', db: drizzle(pool, { logger }), close: () => pool.end() }
}

/**
 * Sets no `statement_timeout`, because Neon's pooler rejects it in connection settings. Set it on the role instead:
 * `ALTER ROLE … SET`.
 */
async function openVercel(connectionString: string): Promise<OpenDatabase> {
  const [{ createPool }, { drizzle }] = await Promise.all([import('@vercel/postgres'), import('drizzle-orm/vercel-postgres')])
  const pool = createPool({ connectionString, ...timeouts })
  pool.on('error', warnIdleBroke).on('connect', ignoreErrors)
  return { driver: 'vercel', db: drizzle(pool, { logger }), close: () => pool.end() }
}

// The pool replaces broken connections, idle or in use. Without these two listeners, a broken connection would stop the
// process.

function warnIdleBroke(error: Error) {
  console.warn(`database: an idle connection broke (${'code' in error ? error.code : error.name})`)
}

/** Ignores errors of a connection in use, because its statement rejects as well. */
function ignoreErrors(client: { on(event: 'error', listener: () => void): unknown }) {
  client.on('error', () => {})
}
