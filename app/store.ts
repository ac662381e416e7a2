import type { ServerOptions } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { drizzleStore } from 'coatcheck/drizzle'
import { cachedStore, redisStore } from 'coatcheck/redis'
import { memoryStore } from 'coatcheck/store'
import { createClient } from 'redis'
import { database, isPooled } from './db'
import { type Engine, engine } from './engine'

const { REDIS_URL: redisUrl = 'redis://127.0.0.1:6379' } = process.env

const createStore: Readonly<Record<Engine, () => ServerOptions['store']>> = {
  db: databaseStore,
  // PGlite and password hashing run in this process and can block it for longer than the default timeout of 0.25 s.
  cached: () => cachedStore(databaseStore(), redis(), { redisTimeout: 2 }),
  redis,
  cookie: () => cookieStore(),
  memory: () => memoryStore({ allowInProduction: true }),
}

// Pages and route handlers are separate module graphs in one process. They share one store through globalThis, because each of
// two memory stores would have other sessions.
const storeKey = Symbol.for('coatcheck-demo.store')
const shared = globalThis as { [storeKey]?: ServerOptions['store'] }

/** Returns the store of the current engine. It connects at the first use. */
export function sessionStore(): ServerOptions['store'] {
  shared[storeKey] ??= createStore[engine]()
  return shared[storeKey]
}

function databaseStore() {
  return drizzleStore(database, { prepare: !isPooled() })
}

function redis() {
  // Commands fail at once while Redis is down. Queued commands would run too late.
  return redisStore(() => createClient({ url: redisUrl, disableOfflineQueue: true }))
}
