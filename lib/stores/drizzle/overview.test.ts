import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDatabase } from '../../../test/postgres'
import { postgresUrl } from '../../../test/use-postgres'
import { sessionStats } from '../../core/administration/stats.ts'
import { aSession, policy } from '../contract/tools.ts'

describe('lists, limits and statistics of drizzleStore', () => {
  let url: string
  let pool: Pool
  const statements: { text: string; values: unknown[] }[] = []
  const open = (connectionString: string) => {
    pool = new Pool({ connectionString })
    return drizzle(pool, { logger: { logQuery: (text, values) => statements.push({ text, values }) } })
  }
  beforeEach(async () => {
    url = await createDatabase(postgresUrl)
  })
  afterEach(() => pool.end())

  it('sessions last seen in the same millisecond are paged forward and backward', async () => {
    const db = open(url)
    await migrate(db)
    const store = drizzleStore(db)
    for (let i = 0; i < 7; i++) await store.create(aSession(), policy)
    await db.execute(sql`update sessions set last_seen_at = '2026-01-01'`)
    const page = (edge: object, limit = 2) => store.list({ sort: 'lastSeen', limit, ...edge })
    const all = await page({}, 9)
    expect(all.map(({ id }) => id)).toEqual(
      all
        .map(({ id }) => id)
        .toSorted()
        .reverse(),
    )
    expect(await page({ after: all[2] })).toMatchObject(all.slice(3, 5).map(({ id }) => ({ id })))
    expect(await page({ before: all[4] })).toMatchObject(all.slice(2, 4).map(({ id }) => ({ id })))
  })

  it('a session that is used while sessions above the limit are deleted is kept', async () => {
    const db = open(url)
    await migrate(db)
    const store = drizzleStore(db)
    const [older, newer] = [aSession({ userId: 'u' }), aSession({ userId: 'u' })]
    for (const session of [older, newer]) await store.create(session, policy)
    await db.execute(sql`update sessions set last_seen_at = last_seen_at - interval '1 hour' where id = ${older.id}`)
    const client = await pool.connect()
    await client.query('begin')
    await client.query("update sessions set last_seen_at = now() + interval '1 second' where id = $1", [older.id])
    const trimmed = store.remove({ userId: 'u', keepNewest: 1 })
    const isWaiting = () =>
      pool.query("select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
    await expect.poll(async () => (await isWaiting()).rowCount).toBe(1)
    await client.query('commit')
    client.release()
    expect(await trimmed).toEqual([])
    expect(await store.remove({ userId: 'u', keepNewest: 1 })).toEqual([{ id: newer.id, userId: 'u' }])
  })

  it('a search uses the indexes of user ids, addresses and session ids', async () => {
    const db = open(url)
    await migrate(db)
    statements.length = 0
    await drizzleStore(db).list({ sort: 'created', limit: 9, search: '019' })
    const [{ text, values } = { text: '', values: [] }] = statements
    const client = await pool.connect()
    await client.query('set enable_seqscan = off')
    await client.query('set enable_indexscan = off')
    const { rows } = await client.query(`explain ${text}`, values)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    client.release(true)
    for (const index of ['user_id', 'ip', 'pkey']) expect(plan).toContain(`Bitmap Index Scan on sessions_${index}`)
    expect(plan).not.toContain('Seq Scan')
  })

  it('the statistics of a table of over a thousand pages count a sample, and each hour by the index of ids', async () => {
    const db = open(url)
    await migrate(db)
    // Large rows, four on a page of the table: 600 in each of ten hours, and ten in the hour before. A third has a
    // user, and a sixth has expired.
    await db.execute(sql`
      insert into sessions (id, token_hash, created_at, expires_at, user_id, user_agent, data)
      select (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 1, 15))::uuid,
        gen_random_uuid(), at, now() + case when i % 6 = 0 then interval '-1 hour' else interval '1 hour' end,
        case when i % 3 = 0 then 'u' end, 'Browser/' || i % 2, jsonb_build_object('text', repeat('x', 1750))
      from (
        select i, date_trunc('hour', now()) - case when i < 6000 then interval '10 hours' else interval '11 hours' end
          + case when i < 6000 then i * interval '6 seconds' else i % 10 * interval '1 minute' end as at
        from generate_series(0, 6009) as i
      ) as created`)
    const { hours, ...stats } = sessionStats(await drizzleStore(db).stats())
    expect(stats.estimated).toBe(true)
    for (const [counted, actual] of [
      [stats.active, 5000],
      [stats.expired, 1000],
      [stats.signedIn, 1000],
      [stats.userAgents[0]?.count, 3000],
    ] as const) {
      expect(counted).toBeGreaterThan(0.8 * actual)
      expect(counted).toBeLessThan(1.2 * actual)
    }
    expect(hours.slice(0, 13).map(({ count }) => count)).toEqual([...Array.from({ length: 12 }, () => 0), 10])
    for (const { count } of hours.slice(13, 23)) expect(Math.abs(count - 600)).toBeLessThan(15)
    expect(hours[23]?.count).toBe(0)
  })

  it('the table is found through the search path', async () => {
    const elsewhere = new URL(url)
    elsewhere.searchParams.set('options', '-c search_path=tenant')
    const db = open(elsewhere.href)
    await db.execute(sql`create schema tenant`)
    await migrate(db)
    const store = drizzleStore(db)
    await store.create(aSession({ userId: 'u' }), policy)
    expect(await store.stats()).toMatchObject({ active: 1, signedIn: 1, estimated: false, started: [{ count: 1 }] })
  })
})
