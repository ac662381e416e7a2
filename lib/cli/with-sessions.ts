import { createAdministration, type SessionAdministration } from '../core/administration/administration.ts'
import { withDeadline } from '../core/store/deadline.ts'
import type { SessionStore } from '../core/store/store.ts'
import { openDatabase } from './database.ts'
import { type Engine, type Environment, engineOf, redisUrl } from './environment.ts'
import { configInvalid } from './errors.ts'
import type { Terminal } from './terminal.ts'

/** The open sessions of the environment's engine. */
export interface OpenSessions {
  readonly engine: Engine
  readonly store: SessionStore
  readonly sessions: SessionAdministration
}

/** Longer than the timeout of a request, because counting the rows of a large table takes time. */
const timeoutMs = 120_000

const storedIn = { cookie: "the visitors' browsers", memory: 'the memory of the running server' } as const

/**
 * Opens the sessions of the environment's engine, calls `use` with them, and closes them again.
 * @throws {SessionError} CONFIG_INVALID for the engines 'cookie' and 'memory', whose sessions no command can reach.
 */
export async function withSessions<T>(terminal: Terminal, use: (open: OpenSessions) => Promise<T>): Promise<T> {
  const engine = engineOf(terminal.env)
  if (engine === 'cookie' || engine === 'memory') {
    throw configInvalid(`SESSION_ENGINE is ${engine}: sessions are stored in ${storedIn[engine]}, where no command can reach them.`)
  }
  const closers: Closers = []
  try {
    const store = withDeadline(await openStore(engine, terminal, closers), timeoutMs)
    const context = { store, emit: () => {} }
    const currentId = async () => null // there is no request, so no session is the current one
    const sessions = createAdministration(() => context, currentId)
    return await use({ engine, store, sessions })
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

/** The functions that close what was opened, in the order of opening. */
type Closers = (() => Promise<void>)[]

async function openStore(engine: 'db' | 'cached' | 'redis', terminal: Terminal, closers: Closers): Promise<SessionStore> {
  if (engine === 'redis') return openRedisStore(terminal.env, closers)
  const database = await openDatabaseStore(terminal, closers)
  if (engine === 'db') return database
  const { cachedStore } = await import('../stores/cached.ts')
  return cachedStore(database, await openRedisStore(terminal.env, closers), { redisTimeout: 2 })
}

async function openDatabaseStore(terminal: Terminal, closers: Closers): Promise<SessionStore> {
  const { drizzleStore } = await import('../stores/drizzle/store.ts')
  const { db, close } = await openDatabase(terminal)
  closers.push(close)
  return drizzleStore(db, { prepare: terminal.env.DATABASE_POOLED !== 'true' })
}

async function openRedisStore(env: Environment, closers: Closers) {
  const [{ createClient }, { redisStore }] = await Promise.all([import('redis'), import('../stores/redis/store.ts')])
  const client = createClient({ url: redisUrl(env), disableOfflineQueue: true })
  closers.push(async () => {
    if (client.isOpen) client.destroy()
  })
  return redisStore(client)
}
