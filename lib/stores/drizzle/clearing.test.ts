import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../../app/db'
import { createDatabase } from '../../../test/postgres'
import { postgresUrl } from '../../../test/use-postgres'
import { migrate } from './migrate.ts'
import { drizzleStore } from './store.ts'

describe('clearExpired of drizzleStore', () => {
  let open: OpenDatabase
  let other: OpenDatabase
  beforeEach(async () => {
    const env = { DATABASE_URL: await createDatabase(postgresUrl) }
    open = await openDatabase(env)
    other = await openDatabase(env)
    await migrate(open.db)
  })
  afterEach(async () => {
    await open.close()
    await other.close()
  })

  /**
   * Inserts one session for each number, expired that many days ago. A negative number is an expiry in the future.
   */
  const insert = (...days: number[]) =>
    open.db.execute(sql`insert into sessions (id, token_hash, expires_at, data)
      select gen_random_uuid(), gen_random_uuid(), now() - i * interval '1 day', '{}'
      from unnest(${`{${days.join(',')}}`}::int[]) as i`)
  const rowCount = () => open.db.$count(sql`sessions`)

  it('each batch starts where the previous one stopped, and deletes only expired sessions', async () => {
    await insert(1, 2, 3, 4, 5, 6, -1)
    const store = drizzleStore(open.db)
    expect([await store.clearExpired(4), await store.clearExpired(4), await store.clearExpired(4)]).toEqual([4, 2, 0])
    expect(await rowCount()).toBe(1)
  })

  it('sessions that expired at the same moment are all deleted, over several batches', async () => {
    await insert(...Array.from({ length: 10 }, () => 3))
    const store = drizzleStore(open.db)
    expect([await store.clearExpired(4), await store.clearExpired(4), await store.clearExpired(4)]).toEqual([4, 4, 2])
  })

  it('the last batch also deletes sessions with an earlier expiry that were added since', async () => {
    await insert(1, 2, 3)
    const store = drizzleStore(open.db)
    expect(await store.clearExpired(2)).toBe(2)
    await insert(9, 8)
    expect(await store.clearExpired(10)).toBe(3)
    expect(await rowCount()).toBe(0)
  })

  it('a batch never deletes more sessions than its limit', async () => {
    await insert(1, 2, 3)
    const store = drizzleStore(open.db)
    expect(await store.clearExpired(2)).toBe(2)
    await insert(9, 8, 7, 6)
    expect([await store.clearExpired(3), await rowCount()]).toEqual([3, 2])
  })

  it('locked sessions are skipped and deleted by a later batch', async () => {
    await insert(1, 2, 3)
    const store = drizzleStore(open.db)
    await other.db.transaction(async (tx) => {
      await tx.execute(sql`select id from sessions order by expires_at limit 1 for update`)
      expect([await store.clearExpired(2), await store.clearExpired(2)]).toEqual([2, 0])
    })
    expect([await store.clearExpired(2), await rowCount()]).toEqual([1, 0])
  })
})
