import { createSessions } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Client, Pool } from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { createDatabase, query } from '../../../test/postgres'
import { postgresUrl } from '../../../test/use-postgres'

const waitingWrites = `select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`

describe('drizzleStore with a pool of three connections, while another connection has locked the row of a session', () => {
  let url: string
  let pool: Pool
  let owner: Client
  beforeEach(async () => {
    url = await createDatabase(postgresUrl)
    pool = new Pool({ connectionString: url, max: 3 })
    owner = new Client({ connectionString: url })
    await owner.connect()
    await migrate(drizzle(pool))
  })
  afterEach(async () => {
    await owner.end()
    await pool.end()
  })

  const make = (timeout = 5) =>
    createSessions<Record<string, string>>({
      secret: 'a secret for tests, 32 characters',
      store: drizzleStore(drizzle(pool)),
      timeout,
      autoClear: false,
    })
  type Sessions = ReturnType<typeof make>
  const set = (sessions: Sessions, browser: FakeBrowser, key: string) =>
    browser.visit(async () => (await sessions.getSession()).set(key, 'written'))
  const keys = (sessions: Sessions, browser: FakeBrowser) => browser.visit(async () => (await sessions.getSession()).keys())

  /** Creates a session whose row another connection then locks. */
  async function lockedSession(sessions: Sessions) {
    const browser = new FakeBrowser()
    await set(sessions, browser, 'first')
    await owner.query('begin')
    await owner.query('select from sessions for update')
    return browser
  }
  const untilOneWaits = () => vi.waitUntil(async () => (await query(url, waitingWrites)).length > 0)

  it('ten writes of the locked session wait on one connection, and other sessions are read and written', async () => {
    const sessions = make()
    const browser = await lockedSession(sessions)
    const names = Array.from({ length: 10 }, (_, index) => `key ${index}`)
    const writes = names.map((name) => set(sessions, browser.copy(), name))
    await untilOneWaits()
    const other = new FakeBrowser()
    const startedAt = performance.now()
    await set(sessions, other, 'other')
    expect(await keys(sessions, other)).toEqual(['other'])
    expect(await keys(sessions, browser), 'a read does not wait for the lock').toEqual(['first'])
    expect(performance.now() - startedAt).toBeLessThan(2000)
    expect(await query(url, waitingWrites)).toHaveLength(1)
    await owner.query('rollback')
    await Promise.all(writes)
    expect((await keys(sessions, browser)).toSorted()).toEqual(['first', ...names])
  })
})
