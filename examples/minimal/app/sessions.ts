import { createSessions } from 'coatcheck'
import { drizzleStore } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { sessionOptions } from './session-options'

interface AppSession {
  name: string
}

const pool = new Pool({ connectionString: process.env.DATABASE_URL, statement_timeout: 4500, query_timeout: 5000 })
// Without these listeners, a lost connection would end the process. The pool opens a new connection by itself.
pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}))

export const sessions = createSessions<AppSession>({ ...sessionOptions, store: drizzleStore(drizzle(pool)) })
export const { getSession, requireUser } = sessions
