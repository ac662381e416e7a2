import { sql } from 'drizzle-orm'
import { describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../app/db'
import { createDatabase, query } from './postgres'
import { postgresUrl } from './use-postgres'

describe('openDatabase', () => {
  it.each([
    [{ DATABASE_DRIVER: 'mysql' }, /DATABASE_DRIVER is mysql; use pg, vercel or pglite/],
    [{ DATABASE_DRIVER: 'pg' }, /DATABASE_URL is not set/],
    [{ DATABASE_DRIVER: 'vercel' }, /POSTGRES_URL is not set/],
  ])('the environment %j is rejected with the remedy', async (env, message) => {
    await expect(openDatabase(env)).rejects.toThrow(message)
  })

  it('a broken idle connection is logged, and the next query opens another one', async () => {
    const warn = vi.mocked(console.warn).mockImplementation(() => {})
    const url = await createDatabase(postgresUrl)
    const { db, close } = await openDatabase({ DATABASE_URL: url })
    await db.execute(sql`select 1`)
    const broken = vi.waitUntil(() => warn.mock.calls.length > 0)
    await query(
      postgresUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${new URL(url).pathname.slice(1)}'`,
    )
    await broken
    await db.execute(sql`select 1`)
    await close()
    expect(warn.mock.calls).toEqual([['database: an idle connection broke (57P01)']])
    warn.mockClear()
  })
})
