import { migrate } from 'coatcheck/drizzle'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleProxy } from 'drizzle-orm/pg-proxy'
import { Client, Pool } from 'pg'
import { describe, expect, inject, it } from 'vitest'
import { drivers, emptyDatabase } from '../../../test/databases'
import { createDatabase } from '../../../test/postgres'

describe.each(drivers)('migrate on %s', (driver) => {
  it('makes the table, and finds nothing to do the second time', async () => {
    const { db, close } = await emptyDatabase(driver)
    expect(await migrate(db)).toBeGreaterThan(0)
    expect(await migrate(db)).toBe(0)
    await db.execute(sql`select id, data from sessions`)
    await close()
  })
})

describe('migrate', () => {
  it('by several processes at once is done by one, while the others wait', async () => {
    const connectionString = await createDatabase(inject('postgresUrl'))
    const pools = Array.from({ length: 5 }, () => new Pool({ connectionString }))
    const applied = await Promise.all(pools.map((pool) => migrate(drizzle(pool))))
    expect(applied.filter((count) => count > 0)).toHaveLength(1)
    await Promise.all(pools.map((pool) => pool.end()))
  })

  it('waits for another process longer than statements may take', async () => {
    const connectionString = await createDatabase(inject('postgresUrl'))
    const pool = new Pool({ connectionString, statement_timeout: 200 })
    const other = new Client({ connectionString })
    await other.connect()
    await other.query('begin')
    await other.query('select pg_advisory_xact_lock(1668243828)') // as migrate does
    const applied = migrate(drizzle(pool))
    applied.catch(() => {}) // told below
    const waiting = `select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event = 'advisory' and query_start < now() - interval '400 milliseconds'`
    await expect.poll(async () => (await pool.query(waiting)).rows).toEqual([{ waiting: 1 }])
    await other.query('rollback')
    expect(await applied).toBeGreaterThan(0)
    await Promise.all([pool.end(), other.end()])
  })

  it('on a driver without transactions is refused, with the remedy, and does nothing', async () => {
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
