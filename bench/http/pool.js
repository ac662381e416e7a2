import pg from 'pg'

/** The pool that all libraries of the server process share. */
export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
