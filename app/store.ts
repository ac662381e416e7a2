import type { ServerOptions } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { drizzleStore } from 'coatcheck/drizzle'
import { cachedStore, redisStore } from 'coatcheck/redis'
import { memoryStore } from 'coatcheck/testing'
import { createClient } from 'redis'
import { database, isPooled } from './db'
import { type Engine, engine } from './engine'

const { REDIS_URL: redisUrl = 'redis://127.0.0.1:6379' } = process.env

const makers: Readonly<Record<Engine, () => ServerOptions['store']>> = {
  db: databaseStore,
  // PGlite and the hashing of passwords run in this process, and may hold it up for longer than the default of 0.25 s.
  cached: () => cachedStore(databaseStore(), redis(), { redisTimeout: 2 }),
  redis,
  cookie: () => cookieStore(),
  memory: () => memoryStore({ allowInProduction: true }),
}

// Pages and handlers are separate module graphs in one process: what they share, memory above all, must lie on globalThis.
const storeKey = Symbol.for('coatcheck-demo.store')
const shared = globalThis as { [storeKey]?: ServerOptions['store'] }

/** The store of the engine; nothing is connected before the first use. */
export function sessionStore(): ServerOptions['store'] {
  shared[storeKey] ??= makers[engine]()
  return shared[storeKey]
}

function databaseStore() {
  return drizzleStore(database, { prepare: !isPooled() })
}

function redis() {
  // Commands that wait for a Redis that is away would come too late: let them fail.
  return redisStore(() => createClient({ url: redisUrl, disableOfflineQueue: true }))
}
