import { withDeadline } from '../core/store/deadline.ts'
import { createAdministration, type SessionAdministration } from '../core/administration/administration.ts'
import type { SessionStore } from '../core/store/store.ts'
import { openDatabase } from './database.ts'
import { config, type Engine, engineOf, redisUrl } from './settings.ts'
import type { Environment, Terminal } from './terminal.ts'

/** The sessions of the app whose environment this is. */
export interface OpenSessions {
  readonly engine: Engine
  readonly store: SessionStore
  readonly sessions: SessionAdministration
}

/** More patience than a request has: counting a large table takes its time. */
const timeoutMs = 120_000

const unreachable = {
  cookie: 'sessions lie in the browsers of their visitors, encrypted, and there is none here to list, end or clear',
  memory: 'sessions lie in the memory of the running server, which no other process can reach',
} as const

/**
 * Runs `use` on the sessions of the environment's engine, then closes what was opened.
 * Rejects with CONFIG_INVALID for engines whose sessions no command can reach.
 */
export async function withSessions<T>(terminal: Terminal, use: (open: OpenSessions) => Promise<T>): Promise<T> {
  const engine = engineOf(terminal.env)
  if (engine === 'cookie' || engine === 'memory') throw config(`SESSION_ENGINE is ${engine}: ${unreachable[engine]}.`)
  const closing: (() => Promise<void>)[] = []
  try {
    const store = withDeadline(await openStore(engine, terminal, closing), timeoutMs)
    const context = { store, emit: () => {} }
    return await use({
      engine,
      store,
      sessions: createAdministration(
        () => context,
        async () => null,
      ),
    })
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

type Closing = (() => Promise<void>)[]

async function openStore(engine: 'db' | 'cached' | 'redis', terminal: Terminal, closing: Closing): Promise<SessionStore> {
  if (engine === 'redis') return openRedis(terminal.env, closing)
  const database = await openDatabaseStore(terminal, closing)
  if (engine === 'db') return database
  const { cachedStore } = await import('../stores/cached.ts')
  return cachedStore(database, await openRedis(terminal.env, closing), { redisTimeout: 2 })
}

async function openDatabaseStore({ env, say }: Terminal, closing: Closing): Promise<SessionStore> {
  const { drizzleStore } = await import('../stores/drizzle/store.ts')
  const { db, close } = await openDatabase(env, { say })
  closing.push(close)
  return drizzleStore(db, { prepare: env.DATABASE_POOLED !== 'true' })
}

async function openRedis(env: Environment, closing: Closing) {
  const [{ createClient }, { redisStore }] = await Promise.all([import('redis'), import('../stores/redis/store.ts')])
  const client = createClient({ url: redisUrl(env), disableOfflineQueue: true })
  closing.push(async () => {
    if (client.isOpen) client.destroy()
  })
  return redisStore(client)
}
