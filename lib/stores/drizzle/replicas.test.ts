import { createSessions } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { eq } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { withReplicas } from 'drizzle-orm/pg-core'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { type PostgresServer, query, startPostgres } from '../../../test/postgres'
import { type FaultData, writers } from '../../../test/store-operations'
import { migrationState } from './migrate.ts'
import { sessionsTable } from './schema.ts'

const make = (db: NodePgDatabase) =>
  createSessions<FaultData>({ secret: 'a secret for tests, 32 characters', store: drizzleStore(db), autoClear: false })
type Sessions = ReturnType<typeof make>

async function loggedIn(sessions: Sessions, userId: string) {
  const browser = new FakeBrowser()
  await browser.visit(async () => {
    const session = await sessions.getSession()
    await session.login(userId)
    await session.set({ a: 'kept', n: 1 })
  })
  return browser
}

describe('drizzleStore on withReplicas, with a streaming standby that is an hour behind', () => {
  let primary: PostgresServer
  let standby: PostgresServer
  let pools: Pool[]
  let db: NodePgDatabase
  let sessions: Sessions
  /** Logged in as 'old' before the standby fell behind. */
  let oldBrowser: FakeBrowser

  beforeAll(async () => {
    primary = await startPostgres()
    const pool = new Pool({ connectionString: primary.url })
    await migrate(drizzle(pool))
    oldBrowser = await loggedIn(make(drizzle(pool)), 'old')
    standby = await primary.startStandby('1h')
    const replicaPool = new Pool({ connectionString: standby.url })
    pools = [pool, replicaPool]
    for (const each of pools) each.on('error', () => {})
    db = withReplicas(drizzle(pool), [drizzle(replicaPool)])
    sessions = make(db)
  })
  afterAll(async () => {
    for (const pool of pools) await pool.end()
    await standby.stop()
    await primary.stop()
  })

  it('a visitor is logged in right after the login', async () => {
    const browser = await loggedIn(sessions, 'new')
    expect(await browser.visit(async () => (await sessions.getSession()).userId)).toBe('new')
    expect(await sessions.list({ userId: 'new' })).toHaveLength(1)
  })

  it('a revoked session is logged out at once', async () => {
    expect(await sessions.revokeUser('old')).toBe(1)
    expect(await db.select().from(sessionsTable).where(eq(sessionsTable.userId, 'old'))).toHaveLength(1) // on the standby
    expect(await oldBrowser.visit(async () => (await sessions.getSession()).userId)).toBeNull()
    expect(await sessions.list({ userId: 'old' })).toEqual([])
  })

  it.each(Object.entries(writers))('%s writes to the primary', async (name, write) => {
    const browser = await loggedIn(sessions, name)
    await browser.visit(async () => {
      const session = await sessions.getSession()
      expect(session.userId).toBe(name)
      await write(session, 'written')
    })
  })

  it('stats counts and clearExpired deletes on the primary', async () => {
    await loggedIn(sessions, 'expired')
    await query(primary.url, `update sessions set expires_at = now() - interval '1 second' where user_id = 'expired'`)
    expect((await sessions.stats()).expired).toBe(1)
    expect(await sessions.clearExpired()).toBe(1)
  })

  it('migrate and the query for the state of the migrations use the primary', async () => {
    const { counts } = await migrationState(db)
    await query(primary.url, 'drop table coatcheck_migrations, sessions')
    expect(await migrationState(db)).toEqual({ table: false, journal: false, counts: { applied: 0, missing: counts?.applied } })
    expect(await migrate(db)).toBe(counts?.applied)
  })
})
