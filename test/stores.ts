import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ServerOptions } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { memoryStore, type SessionStore } from 'coatcheck/store'
import { inject } from 'vitest'
import { fileStore } from '../docs/examples/file-store'
import { visitorsOf } from './cookie-visitors'

/** An empty store of one kind, and a way to let time pass for it. */
export interface TestStore<Store = ServerOptions['store']> {
  readonly store: Store
  /** The same store in a form that all requests share. Set only if each request has its own `store`. */
  readonly shared?: SessionStore
  elapse(seconds: number): Promise<void>
  close(): Promise<void>
  /** True if the store drops expired sessions itself, so that none can be listed or cleared. */
  readonly dropsExpired?: boolean
}

type OpenStores = Readonly<Record<string, () => Promise<TestStore>>>

/** The stores that need no server and no database. */
const inProcess: OpenStores = {
  memory: async () => {
    const { now, elapse } = aClock()
    return { store: memoryStore({ now }), elapse, close: async () => {} }
  },
  'files, as docs/stores.md shows': async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-files-'))
    const { now, elapse } = aClock()
    return { store: fileStore(folder, now), elapse, close: async () => rmSync(folder, { recursive: true, force: true }) }
  },
  cookie: async () => {
    const { now, elapse } = aClock()
    const store = cookieStore({ now })
    return { store, shared: visitorsOf(store), elapse, close: async () => {} }
  },
}

// Imported when a store is opened, because these modules start servers.
const onDrizzle = async (...args: Parameters<typeof import('./databases')['drizzleTestStore']>) =>
  (await import('./databases')).drizzleTestStore(...args)
const redisStores = () => import('./redis-stores')

/** The stores behind a driver or a server. */
const onServers: OpenStores = {
  'drizzle on pglite': () => onDrizzle('pglite'),
  'drizzle on pg': () => onDrizzle('pg'),
  'drizzle on pg behind PgBouncer': () => onDrizzle('pg behind PgBouncer', { prepare: false }),
  'drizzle on vercel': () => onDrizzle('vercel'),
  'drizzle on postgres.js': () => onDrizzle('postgres.js'),
  'drizzle on neon': () => onDrizzle('neon'),
  redis: async () => (await redisStores()).redisTestStore(),
  'cached, pg and redis': async () => (await redisStores()).cachedTestStore(await onDrizzle('pg')),
}

/** The stores on which the store contract is tested. The two projects of vitest.config.ts share them. */
export const stores: OpenStores = inject('storesUnderTest') === 'in process' ? inProcess : onServers

/** These stores differ from `drizzle on pg` only in their driver, which the store contract tests. */
const otherDrivers = ['pglite', 'pg behind PgBouncer', 'vercel', 'postgres.js', 'neon'].map((driver) => `drizzle on ${driver}`)

/** The stores on which the rules of sessions are tested: one of each implementation. With TEST_ALL=1, all stores. */
export const implementations: OpenStores = process.env.TEST_ALL
  ? stores
  : Object.fromEntries(Object.entries(stores).filter(([name]) => !otherDrivers.includes(name)))

/** Returns a clock that stops, and moves on only when `elapse` is called. */
function aClock() {
  let now = Date.now()
  return {
    now: () => now,
    elapse: async (seconds: number) => {
      now += seconds * 1000
    },
  }
}
