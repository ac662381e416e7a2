import pg from 'pg'

/** One pool for all libraries of the process. */
export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
