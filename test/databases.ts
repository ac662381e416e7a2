import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ServerOptions } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { type DrizzleStoreOptions, drizzleStore, migrate } from 'coatcheck/drizzle'
import { memoryStore, type SessionStore } from 'coatcheck/store'
import { sql } from 'drizzle-orm'
import { inject } from 'vitest'
import { type OpenDatabase, openDatabase } from '../app/db'
import { fileStore } from '../docs/examples/file-store'
import { visitorsOf } from './cookie-visitors'
import { copyPglite } from './pglite'
import { createDatabase } from './postgres'
import { cachedBy, redisTestStore } from './redis-stores'
import { vercelUrl } from './relay'
import { useRelay } from './use-relay.mjs'

/** Every way the demo has to reach a database. */
export const drivers = ['pglite', 'pg', 'pg behind PgBouncer', 'vercel'] as const
export type Driver = (typeof drivers)[number]

/** A fresh database on one driver, with the sessions table. */
export async function freshDatabase(driver: Driver): Promise<OpenDatabase> {
  const open = await emptyDatabase(driver)
  await migrate(open.db)
  return open
}

/** A fresh database on one driver, without tables. */
export async function emptyDatabase(driver: Driver): Promise<OpenDatabase> {
  if (driver === 'pglite') return emptyPglite()
  const url = await createDatabase(inject('postgresUrl'))
  if (driver === 'pg') return openDatabase({ DATABASE_URL: url })
  if (driver === 'vercel') {
    await useRelay(inject('relayPort'))
    return openDatabase({ POSTGRES_URL: vercelUrl(url) })
  }
  const pooled = new URL(inject('pooledUrl'))
  pooled.pathname = new URL(url).pathname
  return openDatabase({ DATABASE_URL: pooled.href, DATABASE_POOLED: 'true' })
}

async function emptyPglite(): Promise<OpenDatabase> {
  const folder = copyPglite(inject('pgliteTemplate'))
  const open = await openDatabase({ DATA_DIR: folder })
  const close = async () => {
    await open.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...open, close }
}

/** A store of one kind, fresh, and a way to let time pass for it. */
export interface TestStore<Store = ServerOptions['store']> {
  readonly store: Store
  /** The same as a store that all requests share, where it is none. */
  readonly shared?: SessionStore
  elapse(seconds: number): Promise<void>
  close(): Promise<void>
  /** Whether expired sessions go by themselves, so that none can be listed or cleared. */
  readonly dropsExpired?: boolean
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
  'files, as docs/stores.md shows': async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-files-'))
    let now = Date.now()
    const elapse = async (seconds: number) => {
      now += seconds * 1000
    }
    const close = async () => rmSync(folder, { recursive: true, force: true })
    return { store: fileStore(folder, () => now), elapse, close }
  },
  cookie: async () => {
    let now = Date.now()
    const elapse = async (seconds: number) => {
      now += seconds * 1000
    }
    const store = cookieStore({ now: () => now })
    return { store, shared: visitorsOf(store), elapse, close: async () => {} }
  },
  'drizzle on pglite': () => drizzleTestStore('pglite'),
  'drizzle on pg': () => drizzleTestStore('pg'),
  'drizzle on pg behind PgBouncer': () => drizzleTestStore('pg behind PgBouncer', { prepare: false }),
  'drizzle on vercel': () => drizzleTestStore('vercel'),
  redis: () => redisTestStore(),
  'cached, pg and redis': async () => cachedBy(await drizzleTestStore('pg')),
}

/** The drizzle store on a fresh database of one driver, and the database. */
export async function drizzleTestStore(driver: Driver, options: DrizzleStoreOptions = {}) {
  const { db, close } = await freshDatabase(driver)
  const elapse = async (seconds: number) => {
    const columns = ['created_at', 'authenticated_at', 'last_seen_at', 'expires_at', 'expiry_at']
    const earlier = columns.map((column) => `${column} = ${column} - interval '${seconds} seconds'`)
    await db.execute(sql.raw(`update sessions set ${earlier.join(', ')}`))
  }
  return { db, store: drizzleStore(db, options), elapse, close }
}
