import { createSessions } from 'coatcheck'
import { drizzleStore } from 'coatcheck/drizzle'
import { memoryStore } from 'coatcheck/testing'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { sessionOptions } from './session-options'

interface AppSession {
  name: string
}

function databaseStore() {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, statement_timeout: 4500, query_timeout: 5000 })
  pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}))
  return drizzleStore(drizzle(pool))
}

const store = process.env.NODE_ENV === 'test' ? memoryStore() : databaseStore()
export const sessions = createSessions<AppSession>({ ...sessionOptions, store })
export const { getSession, requireUser } = sessions
