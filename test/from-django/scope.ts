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
import { drizzleStore, migrate, type PostgresDatabase, sessionsTable } from 'coatcheck/drizzle'
import { createGuard } from 'coatcheck/middleware'
import { cachedStore, type RedisClient, redisStore } from 'coatcheck/redis'
import { withRequest } from 'coatcheck/testing'
import { fileStore } from '../../docs/examples/file-store'

/** The session data of the example app on the page. */
export interface Shop {
  name: string
  visits: number
  cart: string[]
  seen: Date
  _mine: number
}

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
  migrate,
  redisStore,
  safeNext,
  sessionsTable,
  withRequest,
}

/** The names from the app that the page's rows use. Each test passes those that its row needs. */
export interface Given {
  sessions: Sessions<Shop>
  getSession: Sessions<Shop>['getSession']
  requireUser: Sessions<Shop>['requireUser']
  session: Session<Shop>
  id: string
  ids: readonly string[]
  user: { id: string }
  other: { id: string }
  db: PostgresDatabase
  client: RedisClient
  folder: string
  store: ServerOptions['store']
  sessionOptions: SessionOptions
  newSecret: string
  oldSecret: string
  serialize: Serializer['serialize']
  deserialize: Serializer['deserialize']
  record: (...seen: readonly unknown[]) => void
  view: (request: Request) => Response | Promise<Response>
  request: Request
  cookies: Readonly<Record<string, string>>
  next: string
  closingTime: Date
  error: SessionError
  authorize: AdminActionOptions['authorize']
}
