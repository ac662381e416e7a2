import { migrate } from 'coatcheck/drizzle'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleProxy } from 'drizzle-orm/pg-proxy'
import { Client, Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { drivers, emptyDatabase } from '../../../test/databases'
import { createDatabase } from '../../../test/postgres'
import { postgresUrl } from '../../../test/use-postgres'

describe.each(drivers)('migrate on %s', (driver) => {
  it('migrate creates the table, and applies nothing the second time', async () => {
    const { db, close } = await emptyDatabase(driver)
    expect(await migrate(db)).toBeGreaterThan(0)
    expect(await migrate(db)).toBe(0)
    await db.execute(sql`select id, data from sessions`)
    await close()
  })
})

describe('migrate', () => {
  it('only one of several parallel calls applies the migrations', async () => {
    const connectionString = await createDatabase(postgresUrl)
    const pools = Array.from({ length: 5 }, () => new Pool({ connectionString }))
    const applied = await Promise.all(pools.map((pool) => migrate(drizzle(pool))))
    expect(applied.filter((count) => count > 0)).toHaveLength(1)
    await Promise.all(pools.map((pool) => pool.end()))
  })

  it('migrate may wait for another process longer than the statement timeout', async () => {
    const connectionString = await createDatabase(postgresUrl)
    const pool = new Pool({ connectionString, statement_timeout: 200 })
    const other = new Client({ connectionString })
    await other.connect()
    await other.query('begin')
    await other.query('select pg_advisory_xact_lock(1668243828)') // the lock of migrate
    const applied = migrate(drizzle(pool))
    applied.catch(() => {}) // awaited below
    const waiting = `select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event = 'advisory' and query_start < now() - interval '400 milliseconds'`
    await expect.poll(async () => (await pool.query(waiting)).rows).toEqual([{ waiting: 1 }])
    await other.query('rollback')
    expect(await applied).toBeGreaterThan(0)
    await Promise.all([pool.end(), other.end()])
  })

  it('a driver without transactions is rejected with a remedy before any statement is sent', async () => {
    const statements: string[] = []
    const db = drizzleProxy(async (text) => {
      statements.push(text)
      return { rows: [] }
    })
    await expect(migrate(db)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/npx coatcheck migrate/),
    })
    expect(statements).toEqual([])
  })
})
