import { betterAuth } from 'better-auth'
import { pool } from './pool.js'

/** better-auth as in its documentation for PostgreSQL. Without its cookie cache, it queries the database as Coatcheck does. */
export const auth = betterAuth({
  database: pool,
  secret: process.env.BENCH_SECRET,
  baseURL: process.env.BENCH_URL ?? 'http://127.0.0.1:3000',
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
})
