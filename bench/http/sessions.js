import { createSessions } from 'coatcheck'
import { drizzleStore } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { pool } from './pool.js'

export const { getSession } = createSessions({
  secret: process.env.BENCH_SECRET,
  cookie: { secure: false },
  store: drizzleStore(drizzle(pool)),
})
