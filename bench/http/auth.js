import { betterAuth } from 'better-auth'
import { pool } from './pool.js'

/** better-auth as its documentation sets it up for PostgreSQL, without its cookie cache: it then asks the database, as Coatcheck does. */
export const auth = betterAuth({
  database: pool,
  secret: process.env.BENCH_SECRET,
  baseURL: process.env.BENCH_URL ?? 'http://127.0.0.1:3000',
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
})
