import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../../app/db'
import { createDatabase } from '../../../test/postgres'
import { migrate } from './migrate.ts'
import { drizzleStore } from './store.ts'

describe('clearing expired sessions in batches', () => {
  let open: OpenDatabase
  let other: OpenDatabase
  beforeEach(async () => {
    const env = { DATABASE_URL: await createDatabase(inject('postgresUrl')) }
    open = await openDatabase(env)
    other = await openDatabase(env)
    await migrate(open.db)
  })
  afterEach(async () => {
    await open.close()
    await other.close()
  })

  /** Sessions that expired so many days ago; negative: they live. */
  const insert = (...days: number[]) =>
    open.db.execute(sql`insert into sessions (id, token_hash, expires_at, data)
      select gen_random_uuid(), gen_random_uuid(), now() - i * interval '1 day', '{}'
      from unnest(${`{${days.join(',')}}`}::int[]) as i`)
  const left = () => open.db.$count(sql`sessions`)

  it('begins each where the last one ended', async () => {
    await insert(1, 2, 3, 4, 5, 6, -1)
    const store = drizzleStore(open.db)
    expect([await store.clearExpired(4), await store.clearExpired(4), await store.clearExpired(4)]).toEqual([4, 2, 0])
    expect(await left()).toBe(1)
  })

  it('misses none of those that expired at one moment', async () => {
    await insert(...Array.from({ length: 10 }, () => 3))
    const store = drizzleStore(open.db)
    expect([await store.clearExpired(4), await store.clearExpired(4), await store.clearExpired(4)]).toEqual([4, 4, 2])
  })

  it('takes along with the last one what has come before it since', async () => {
    await insert(1, 2, 3)
    const store = drizzleStore(open.db)
    expect(await store.clearExpired(2)).toBe(2)
    await insert(9, 8)
    expect(await store.clearExpired(10)).toBe(3)
    expect(await left()).toBe(0)
  })

  it('never deletes more than it was told to', async () => {
    await insert(1, 2, 3)
    const store = drizzleStore(open.db)
    expect(await store.clearExpired(2)).toBe(2)
    await insert(9, 8, 7, 6)
    expect([await store.clearExpired(3), await left()]).toEqual([3, 2])
  })

  it('waits for nobody: what is locked is left for another time', async () => {
    await insert(1, 2, 3)
    const store = drizzleStore(open.db)
    await other.db.transaction(async (tx) => {
      await tx.execute(sql`select id from sessions order by expires_at limit 1 for update`)
      expect([await store.clearExpired(2), await store.clearExpired(2)]).toEqual([2, 0])
    })
    expect([await store.clearExpired(2), await left()]).toEqual([1, 0])
  })
})
