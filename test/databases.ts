import { rmSync } from 'node:fs'
import { type DrizzleStoreOptions, drizzleStore, migrate } from 'coatcheck/drizzle'
import { sql } from 'drizzle-orm'
import { type OpenDatabase, openDatabase } from '../app/db'
import { copyPglite } from './pglite'
import { createDatabase } from './postgres'
import { vercelUrl } from './relay'
import { sharedServer } from './shared-server'
import { useRelay } from './use-relay.mjs'

/** The ways in which the demo connects to a database. */
export const drivers = ['pglite', 'pg', 'pg behind PgBouncer', 'vercel'] as const
export type Driver = (typeof drivers)[number]

/** Opens a new database on one driver, with the sessions table. */
export async function freshDatabase(driver: Driver): Promise<OpenDatabase> {
  const open = await emptyDatabase(driver)
  await migrate(open.db)
  return open
}

/** Opens a new database on one driver, without tables. */
export async function emptyDatabase(driver: Driver): Promise<OpenDatabase> {
  if (driver === 'pglite') return emptyPglite()
  const url = await createDatabase(await sharedServer('postgres'))
  if (driver === 'pg') return openDatabase({ DATABASE_URL: url })
  if (driver === 'vercel') {
    await useRelay(Number(await sharedServer('relay')))
    return openDatabase({ POSTGRES_URL: vercelUrl(url) })
  }
  const pooled = new URL(await sharedServer('pgbouncer'))
  pooled.pathname = new URL(url).pathname
  return openDatabase({ DATABASE_URL: pooled.href, DATABASE_POOLED: 'true' })
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
