import { execFileSync } from 'node:child_process'
import { drizzleStore, migrate, sessionsTableAs } from 'coatcheck/drizzle'
import { isNotNull, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { index, integer, text } from 'drizzle-orm/pg-core'
import { drizzle as drizzleProxy } from 'drizzle-orm/pg-proxy'
import { Client, Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { drivers, emptyDatabase } from '../../../test/databases'
import { createDatabase } from '../../../test/postgres'
import { postgresUrl } from '../../../test/use-postgres'
import { migrationState } from './migrate.ts'
import { migrations } from './migrations.ts'

/** Creates a database with the migrations up to the one whose name starts with `last`, and three sessions. */
async function usedDatabase(last: string) {
  const connectionString = await createDatabase(postgresUrl)
  const pool = new Pool({ connectionString })
  await pool.query('create table coatcheck_migrations (created_millis bigint primary key, applied_at timestamptz default now())')
  for (const { name, createdMillis, statements } of migrations) {
    if (name.slice(0, 4) > last) break
    for (const statement of statements) await pool.query(statement)
    await pool.query('insert into coatcheck_migrations (created_millis) values ($1)', [createdMillis])
  }
  await pool.query(`insert into sessions (id, token_hash, expires_at, data)
    select gen_random_uuid(), gen_random_uuid(), now() + interval '1 day', '{}' from generate_series(1, 3)`)
  return { pool, db: drizzle(pool), connectionString }
}

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

  it('migrate waits for another process longer than the statement timeout', async () => {
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

  it('readers do not wait while migrate waits for a long transaction', async () => {
    const { pool, db } = await usedDatabase('0001')
    const long = await pool.connect()
    await long.query('begin; select 1 from sessions')
    const isBlocked = async () => {
      const { rows } = await pool.query(`select 1 from pg_locks where relation = 'sessions'::regclass and not granted`)
      return rows.length > 0
    }
    const applied = migrate(db)
    applied.catch(() => {}) // awaited below
    await expect.poll(isBlocked, { timeout: 60_000 }).toBe(true)
    await pool.query({ text: 'select 1 from sessions', query_timeout: 5000 } as { text: string })
    await long.query('commit')
    long.release()
    expect(await applied).toBe(3)
    await pool.end()
  })

  it('several parallel calls apply each migration of a table in use once, and all of them wait', async () => {
    const { pool, db, connectionString } = await usedDatabase('0001')
    const pools = Array.from({ length: 3 }, () => new Pool({ connectionString, max: 1 }))
    const applied = await Promise.all(pools.map((other) => migrate(drizzle(other))))
    expect(applied.reduce((sum, count) => sum + count)).toBe(3)
    const { rows } = await pool.query(`select indexname from pg_indexes where tablename = 'sessions' order by 1`)
    const indexes = ['expires_at', 'ip', 'last_seen_at', 'pkey', 'user_id'].map((part) => `sessions_${part}`)
    expect(rows.map(({ indexname }) => indexname)).toEqual(indexes)
    expect((await drizzleStore(db).list({ sort: 'lastSeen', limit: 10 })).length).toBe(3)
    await Promise.all([pool, ...pools].map((each) => each.end()))
  })

  it('migrate waits for an index whose build takes longer than the query timeout of the pool', async () => {
    const { pool, connectionString } = await usedDatabase('0001')
    const impatient = new Pool({ connectionString, query_timeout: 1500 })
    impatient.on('error', () => {})
    const long = await pool.connect()
    await long.query('begin isolation level repeatable read; select 1 from sessions') // a build waits for old snapshots
    const applied = migrate(drizzle(impatient))
    applied.catch(() => {}) // awaited below
    const building = `select 1 from pg_stat_activity where datname = current_database()
      and query like 'CREATE INDEX CONCURRENTLY%' and query_start < now() - interval '2 seconds'`
    await expect.poll(async () => (await pool.query(building)).rowCount, { timeout: 60_000 }).toBe(1)
    await long.query('commit')
    long.release()
    expect(await applied).toBe(3)
    await Promise.all([pool.end(), impatient.end()])
  })

  it('an index whose build was interrupted is built again', async () => {
    const { pool, db } = await usedDatabase('0001')
    await pool.query('create unique index concurrently sessions_ip on sessions (version)').catch(() => {})
    const isValid = `select indisvalid from pg_index where indexrelid = 'sessions_ip'::regclass`
    expect((await pool.query(isValid)).rows).toEqual([{ indisvalid: false }])
    await migrate(db)
    expect((await pool.query(isValid)).rows).toEqual([{ indisvalid: true }])
    const { rows } = await pool.query(`select indexdef from pg_indexes where indexname = 'sessions_ip'`)
    expect(rows[0]?.indexdef).toMatch(/^CREATE INDEX sessions_ip .*\(ip text_pattern_ops\)/)
    await pool.end()
  })

  it('own columns and indexes are added to a table that has rows, once', async () => {
    const { pool, db } = await usedDatabase('0004')
    const table = sessionsTableAs('sessions', {
      columns: { tenant: integer('tenant_id'), plan: text().notNull().default("it's free") },
      indexes: ({ tenant, id }) => [index('sessions_tenant').on(tenant.desc(), id).where(isNotNull(tenant))],
    })
    expect([await migrate(db, { table }), await migrate(db, { table })]).toEqual([1, 0])
    const [row] = await drizzleStore(db, { table }).list({ sort: 'created', limit: 1 })
    expect(row?.columns).toEqual({ tenant: null, plan: "it's free" })
    const { rows } = await pool.query(`select indexdef from pg_indexes where indexname = 'sessions_tenant'`)
    expect(rows[0]?.indexdef).toContain('(tenant_id DESC NULLS LAST, id) WHERE (tenant_id IS NOT NULL)')
    await pool.end()
  })

  it('a table of another library is recognised before any change, by migrate and by the store', async () => {
    const { db, close } = await emptyDatabase('pg')
    await db.execute(sql`create table sessions (id text primary key, user_id text, expires_at timestamptz)`)
    const remedy = /table sessions .*id, user_id, expires_at.*sessionsTableAs\('app_sessions'\)/
    await expect(migrate(db)).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(remedy) })
    expect(await migrationState(db)).toMatchObject({ table: true, journal: false })
    const table = sessionsTableAs('app_sessions')
    const hint = (text: RegExp) => ({ code: 'STORE_FAILED', message: expect.stringMatching(text) })
    const list = (options = {}) => drizzleStore(db, options).list({ sort: 'created', limit: 1 })
    await expect(list()).rejects.toMatchObject(hint(/sessions lacks a column: run migrate\(db\).*sessionsTableAs/))
    await expect(list({ table })).rejects.toMatchObject(hint(/app_sessions is missing: run migrate\(db, \{ table \}\)/))
    expect(await migrate(db, { table })).toBeGreaterThan(0)
    expect(await list({ table })).toEqual([])
    expect(await migrationState(db, { table })).toEqual({ table: true, journal: true, counts: { applied: 5, missing: 0 } })
    await close()
  })

  it('migrate does not change a table that drizzle-kit created', async () => {
    const { pool, db } = await usedDatabase('0004')
    await pool.query('drop table coatcheck_migrations')
    await expect(migrate(db)).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(/drizzle-kit/) })
    await pool.end()
  })

  it('a table that was dropped is created again', async () => {
    const { db, close } = await emptyDatabase('pg')
    await migrate(db)
    await db.execute(sql`drop table sessions`)
    expect(await migrate(db)).toBe(5)
    await close()
  })

  it('the SQL in the module equals the SQL in the folder drizzle', () => {
    execFileSync(process.execPath, ['scripts/migrations.mjs', '--check'])
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
