import { migrate } from 'coatcheck/drizzle'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
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
})
