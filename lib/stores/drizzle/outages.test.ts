import { createSessions, type SessionError } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { createDatabase, type PostgresServer, query, startPostgres } from '../../../test/postgres'
import { administration, type FaultData, writers } from '../../../test/store-operations'
import { layWire, type Wire } from '../../../test/tcp-proxy'

const timeoutSeconds = 0.6
/** The machine of the tests may be slow; a store that hangs would take for ever. */
const longestMs = timeoutSeconds * 1000 + 1500

let postgres: PostgresServer
beforeAll(async () => {
  postgres = await startPostgres({ durable: true })
})
afterAll(() => postgres.stop())

describe('PostgreSQL in trouble', () => {
  let url: string
  let wire: Wire
  let pool: Pool
  beforeEach(async () => {
    url = await createDatabase(postgres.url)
    wire = await layWire(url)
    pool = new Pool({ connectionString: wire.url, max: 4 })
    pool.on('error', () => {})
    await migrate(drizzle(pool))
  })
  afterEach(async () => {
    await pool.end()
    await wire.close()
  })

  const make = () =>
    createSessions<FaultData>({
      secret: 'a secret for tests, 32 characters',
      store: drizzleStore(drizzle(pool)),
      timeout: timeoutSeconds,
      autoClear: false,
    })
  type Sessions = ReturnType<typeof make>

  async function loggedIn(sessions: Sessions) {
    const browser = new FakeBrowser()
    await browser.visit(async () => {
      const session = await sessions.getSession()
      await session.login('u')
      await session.set({ a: 'kept', n: 1 })
    })
    return browser
  }

  /** The STORE_FAILED that `act` must reject with, in time. */
  async function failure(act: () => Promise<unknown>, name?: string): Promise<SessionError> {
    const started = performance.now()
    const error = await act().then(
      () => null,
      (error: SessionError) => error,
    )
    expect(error?.code, name).toBe('STORE_FAILED')
    expect(performance.now() - started, name).toBeLessThan(longestMs)
    return error as SessionError
  }

  const read = (sessions: Sessions, browser: FakeBrowser) =>
    browser.visit(async () => {
      const session = await sessions.getSession()
      return [session.userId, session.get('a')]
    })

  /** No part of the library may say "signed out" now: neither a session that was read before, nor one that is asked for. */
  async function expectOutage(sessions: Sessions, browser: FakeBrowser, begin: () => Promise<void>) {
    const { token } = browser
    await browser.visit(async () => {
      const session = await sessions.getSession()
      await begin()
      for (const [name, write] of Object.entries(writers)) {
        await failure(() => write(session, 'lost'), name)
        expect([session.userId, session.data], name).toEqual(['u', { a: 'kept', n: 1 }])
      }
    })
    expect(browser.token).toBe(token)
    await failure(() => read(sessions, browser))
    await failure(() => new FakeBrowser().visit(async () => (await sessions.getSession()).set('a', 'new')))
    for (const [name, act] of Object.entries(administration)) await failure(() => act(sessions, 'u'), name)
    expect(await read(sessions, new FakeBrowser()), 'a stranger is no failure').toEqual([null, undefined])
  }

  async function expectRecovery(sessions: Sessions, browser: FakeBrowser) {
    expect(await read(sessions, browser)).toEqual(['u', 'kept'])
    await browser.visit(async () => (await sessions.getSession()).set('a', 'again'))
    expect(await read(sessions, browser)).toEqual(['u', 'again'])
  }

  it.each(['SIGINT', 'SIGKILL'] as const)('stopped with %s: STORE_FAILED in time for all, then well again', async (signal) => {
    const sessions = make()
    const browser = await loggedIn(sessions)
    await expectOutage(sessions, browser, () => postgres.halt(signal))
    await postgres.start()
    await expectRecovery(sessions, browser)
  })

  it('read-only: reads go on, writes are STORE_FAILED and changed nothing, then well again', async () => {
    const sessions = make()
    const browser = await loggedIn(sessions)
    const name = new URL(url).pathname.slice(1)
    const reconnect = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`
    await query(postgres.url, `alter database ${name} set default_transaction_read_only = on`)
    await query(postgres.url, reconnect)
    await vi.waitUntil(() => pool.totalCount === 0)
    for (const [how, write] of Object.entries(writers)) {
      const error = await failure(() => browser.copy().visit(async () => write(await sessions.getSession(), 'lost')), how)
      expect([error.outcome, error.cause], how).toEqual(['none', { code: '25006', constraint: null }])
    }
    expect(await read(sessions, browser)).toEqual(['u', 'kept'])
    await query(postgres.url, `alter database ${name} reset default_transaction_read_only`)
    await query(postgres.url, reconnect)
    await vi.waitUntil(() => pool.totalCount === 0)
    await expectRecovery(sessions, browser)
  })

  /** A write that waits for a row that somebody else has locked, and what frees it. */
  async function waitingWrite(sessions: Sessions, browser: FakeBrowser) {
    const blocker = new Pool({ connectionString: url, max: 1 })
    blocker.on('error', () => {})
    const client = await blocker.connect()
    await client.query('begin')
    await client.query('select * from sessions for update')
    const write = failure(() => browser.visit(async () => (await sessions.getSession()).set('b', 'late')))
    const waiting = `select pid from pg_stat_activity where wait_event_type = 'Lock'`
    await vi.waitUntil(async () => (await query(url, waiting)).length > 0)
    const release = async () => {
      await client.query('rollback')
      client.release()
      await blocker.end()
    }
    return { write, waiting, release }
  }

  it('ending a connection in the middle of a write: STORE_FAILED, outcome unknown, then well again', async () => {
    const sessions = make()
    const browser = await loggedIn(sessions)
    const { write, waiting, release } = await waitingWrite(sessions, browser)
    await query(url, `select pg_terminate_backend(pid) from (${waiting}) as waiting`)
    expect(await write).toMatchObject({ outcome: 'unknown', cause: { code: '57P01' } })
    await release()
    await expectRecovery(sessions, browser)
  })

  it('behind a wire that is cut in the middle of a write: STORE_FAILED, outcome unknown, then well again', async () => {
    const sessions = make()
    const browser = await loggedIn(sessions)
    const { write, release } = await waitingWrite(sessions, browser)
    wire.cut()
    expect(await write).toMatchObject({ outcome: 'unknown' })
    await release()
    await expectRecovery(sessions, browser)
  })

  it('whose idle connections were cut is used again at once', async () => {
    const sessions = make()
    const browser = await loggedIn(sessions)
    wire.cut()
    await vi.waitUntil(() => pool.totalCount === 0)
    await expectRecovery(sessions, browser)
  })

  it('behind a wire that has gone silent: STORE_FAILED in time, then well again', async () => {
    const sessions = make()
    const browser = await loggedIn(sessions)
    wire.silence()
    const errors = await Promise.all([
      failure(() => read(sessions, browser.copy())),
      failure(() => new FakeBrowser().visit(async () => (await sessions.getSession()).set('a', 'new'))),
    ])
    expect(errors.map(({ outcome, cause }) => [outcome, cause])).toEqual([
      ['none', { code: 'TIMEOUT', constraint: null }],
      ['unknown', { code: 'TIMEOUT', constraint: null }],
    ])
    wire.resume()
    await expectRecovery(sessions, browser)
  })
})
