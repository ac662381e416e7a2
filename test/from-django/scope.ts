import {
  assertSameOrigin,
  createSessions,
  type Serializer,
  type ServerOptions,
  type Session,
  type SessionError,
  type SessionOptions,
  type Sessions,
  safeNext,
} from 'coatcheck'
import { type AdminActionOptions, createAdminAction } from 'coatcheck/admin'
import { cookieStore } from 'coatcheck/cookie'
import { drizzleStore, migrate, type PostgresDatabase, type SessionsTable, sessionsTable, sessionsTableAs } from 'coatcheck/drizzle'
import { createGuard } from 'coatcheck/middleware'
import { cachedStore, type RedisClient, redisStore } from 'coatcheck/redis'
import { withRequest } from 'coatcheck/testing'
import { index, text } from 'drizzle-orm/pg-core'
import { fileStore } from '../../docs/examples/file-store'

/** The session data of the example app on the page. */
export interface Shop {
  name: string
  visits: number
  cart: string[]
  seen: Date
  _mine: number
}

/** A user of the example app. */
export interface Person {
  readonly id: string
  passwordHash: string
  isActive: boolean
}

/** The sessions of the example app. */
export type ShopSessions = Sessions<Shop, never, Shop, Person>

/** The names from the library that the page's rows use. */
export const library = {
  assertSameOrigin,
  cachedStore,
  cookieStore,
  createAdminAction,
  createGuard,
  createSessions,
  drizzleStore,
  fileStore,
  index,
  migrate,
  redisStore,
  safeNext,
  sessionsTable,
  sessionsTableAs,
  text,
  withRequest,
}

/** The names from the app that the page's rows use. Each test passes those that its row needs. */
export interface Given {
  sessions: ShopSessions
  getSession: ShopSessions['getSession']
  getUser: ShopSessions['getUser']
  requireUser: ShopSessions['requireUser']
  session: Session<Shop, never, Shop, Person>
  id: string
  ids: readonly string[]
  user: Person
  findUser: (id: string) => Promise<Person | null>
  other: { id: string }
  db: PostgresDatabase
  client: RedisClient
  folder: string
  store: ServerOptions['store']
  table: SessionsTable
  sessionOptions: SessionOptions
  newSecret: string
  oldSecret: string
  serialize: Serializer['serialize']
  deserialize: Serializer['deserialize']
  record: (...seen: readonly unknown[]) => void
  request: Request
  cookies: Readonly<Record<string, string>>
  next: string
  closingTime: Date
  error: SessionError
  authorize: AdminActionOptions['authorize']
}
