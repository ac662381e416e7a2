import { rmSync } from 'node:fs'
import { Pool } from '@neondatabase/serverless'
import { type DrizzleStoreOptions, drizzleStore, migrate } from 'coatcheck/drizzle'
import { sql } from 'drizzle-orm'
import { drizzle as drizzleNeon } from 'drizzle-orm/neon-serverless'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { type OpenDatabase, openDatabase } from '../app/db'
import { copyPglite } from './pglite'
import { createDatabase } from './postgres'
import { vercelUrl } from './relay'
import { sharedServer } from './shared-server'
import { useRelay } from './use-relay.mjs'

/** The ways to connect to a database. The demo uses the first four. */
export const drivers = ['pglite', 'pg', 'pg behind PgBouncer', 'vercel', 'postgres.js', 'neon'] as const
export type Driver = (typeof drivers)[number]

/** Opens a new database through one driver, with the sessions table. */
export async function freshDatabase(driver: Driver): Promise<TestDatabase> {
  const open = await emptyDatabase(driver)
  await migrate(open.db)
  return open
}

/** Opens a new database through one driver, without tables. */
export async function emptyDatabase(driver: Driver): Promise<TestDatabase> {
  if (driver === 'pglite') return emptyPglite()
  const url = await createDatabase(await sharedServer('postgres'))
  if (driver === 'pg') return openDatabase({ DATABASE_URL: url })
  if (driver === 'postgres.js') return openPostgresJs(url)
  if (driver === 'vercel' || driver === 'neon') {
    await useRelay(Number(await sharedServer('relay')))
    return driver === 'neon' ? openNeon(vercelUrl(url)) : openDatabase({ POSTGRES_URL: vercelUrl(url) })
  }
  const pooled = new URL(await sharedServer('pgbouncer'))
  pooled.pathname = new URL(url).pathname
  return openDatabase({ DATABASE_URL: pooled.href, DATABASE_POOLED: 'true' })
}

/** A database that tests need only through Drizzle. */
type TestDatabase = Pick<OpenDatabase, 'db' | 'close'>

async function openPostgresJs(url: string): Promise<TestDatabase> {
  const client = postgres(url, { connect_timeout: 5, onnotice: () => {} })
  return { db: drizzlePostgresJs(client), close: () => client.end() }
}

async function openNeon(connectionString: string): Promise<TestDatabase> {
  const pool = new Pool({ connectionString, connectionTimeoutMillis: 4500, query_timeout: 5000 })
  pool.on('error', () => {})
  return { db: drizzleNeon(pool), close: () => pool.end() }
}

async function emptyPglite(): Promise<OpenDatabase> {
  const folder = copyPglite(await sharedServer('pglite'))
  const open = await openDatabase({ DATA_DIR: folder })
  const close = async () => {
    await open.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...open, close }
}

/** Returns the drizzle store on a new database of one driver, and the database. */
export async function drizzleTestStore(driver: Driver, options: DrizzleStoreOptions = {}) {
  const { db, close } = await freshDatabase(driver)
  const elapse = async (seconds: number) => {
    const columns = ['created_at', 'authenticated_at', 'last_seen_at', 'expires_at', 'expiry_at', 'rotated_at']
    const earlier = columns.map((column) => `${column} = ${column} - interval '${seconds} seconds'`)
    await db.execute(sql.raw(`update sessions set ${earlier.join(', ')}`))
  }
  return { db, store: drizzleStore(db, options), elapse, close }
}
