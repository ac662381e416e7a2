import type { PostgresDatabase } from '../stores/drizzle/database.ts'
import { type Environment, hostAndPath, requireDatabaseUrl } from './environment.ts'
import { configInvalid, missingPackage } from './errors.ts'

/** An open database of the environment. */
export interface OpenDatabase {
  readonly db: PostgresDatabase
  /** The database as shown in messages, without user and password. */
  readonly description: string
}

const openers = {
  pg: openNodePostgres,
  postgres: openPostgresJs,
  '@neondatabase/serverless': openNeon,
  '@vercel/postgres': openVercel,
} as const satisfies Record<string, (url: string) => Promise<PostgresDatabase>>

/**
 * Opens the database of `DATABASE_URL` or `POSTGRES_URL` with the first of these drivers that is installed: pg, postgres,
 * `@neondatabase/serverless`, `@vercel/postgres`. Sends nothing to the server yet.
 * @throws {SessionError} CONFIG_INVALID if there is no URL or no driver.
 */
export async function openDatabase(env: Environment): Promise<OpenDatabase> {
  const { url, variable } = requireDatabaseUrl(env)
  for (const [name, open] of Object.entries(openers)) {
    const db = await open(url).catch((error: unknown) => {
      if (missingPackage(error) === name) return null
      throw error
    })
    if (db) return { db, description: `${hostAndPath(url)} (${variable})` }
  }
  const [first, ...others] = Object.keys(openers)
  throw configInvalid(`No driver for PostgreSQL is installed. Run: npm install ${first} (or one of ${others.join(', ')}).`)
}

const poolOptions = { connectionTimeoutMillis: 4500, max: 2 }

async function openNodePostgres(connectionString: string): Promise<PostgresDatabase> {
  const { default: pg } = await import('pg')
  const { drizzle } = await import('drizzle-orm/node-postgres')
  return drizzle(withListener(new pg.Pool({ connectionString, ...poolOptions })))
}

async function openPostgresJs(url: string): Promise<PostgresDatabase> {
  const { default: postgres } = await import('postgres')
  const { drizzle } = await import('drizzle-orm/postgres-js')
  return drizzle(postgres(url, { max: 2, connect_timeout: 5, prepare: false, onnotice: () => {} }))
}

async function openNeon(connectionString: string): Promise<PostgresDatabase> {
  const { neonConfig, Pool } = await import('@neondatabase/serverless')
  const { drizzle } = await import('drizzle-orm/neon-serverless')
  // Node 20 has no WebSocket of its own.
  if (typeof WebSocket === 'undefined') neonConfig.webSocketConstructor ??= (await import('ws')).default
  return drizzle(withListener(new Pool({ connectionString, ...poolOptions })))
}

async function openVercel(connectionString: string): Promise<PostgresDatabase> {
  const { createPool } = await import('@vercel/postgres')
  const { drizzle } = await import('drizzle-orm/vercel-postgres')
  return drizzle(withListener(createPool({ connectionString, ...poolOptions })))
}

/** If a connection breaks, the statement on it rejects. Without a listener the process would exit, too. */
function withListener<Pool extends { on(event: 'error', listener: () => void): unknown }>(pool: Pool): Pool {
  pool.on('error', () => {})
  return pool
}
