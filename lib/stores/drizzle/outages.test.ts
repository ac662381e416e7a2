import { createSessions, type SessionError } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../../app/db'
import { FakeBrowser } from '../../../test/browser'
import { createDatabase, type PostgresServer, query, startPostgres } from '../../../test/postgres'
import { administration, type FaultData, writers } from '../../../test/store-operations'
import { layWire, type Wire } from '../../../test/tcp-proxy'

const timeoutSeconds = 0.6
/** An operation that hangs never settles, so this limit can be long enough for a slow machine. */
const maxFailureMs = timeoutSeconds * 1000 + 1500

let postgres: PostgresServer
beforeAll(async () => {
  postgres = await startPostgres({ durable: true })
})
afterAll(() => postgres.stop())

describe('drizzleStore during an outage of PostgreSQL', () => {
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

  /** Asserts that `operation` rejects in time with STORE_FAILED, and returns the error. */
  async function failure(operation: () => Promise<unknown>, name?: string): Promise<SessionError> {
    const started = performance.now()
    const error = await operation().then(
      () => null,
      (error: SessionError) => error,
    )
    expect(error?.code, name).toBe('STORE_FAILED')
    expect(performance.now() - started, name).toBeLessThan(maxFailureMs)
    return error as SessionError
  }

  const read = (sessions: Sessions, browser: FakeBrowser) =>
    browser.visit(async () => {
      const session = await sessions.getSession()
      return [session.userId, session.get('a')]
    })

  const set = (sessions: Sessions, browser: FakeBrowser) =>
    browser.visit(async () => (await sessions.getSession()).set('b', 'committed'))

  /** Asserts that during the outage every operation fails, and that no session appears to be logged out. */
  async function expectOutage(sessions: Sessions, browser: FakeBrowser, startOutage: () => Promise<void>) {
    const { token } = browser
    await browser.visit(async () => {
      const session = await sessions.getSession()
      await startOutage()
      const { flush: _, ...others } = writers
      for (const [name, write] of Object.entries(others)) {
        await failure(() => write(session, 'lost'), name)
        expect([session.userId, session.data], name).toEqual(['u', { a: 'kept', n: 1 }])
      }
    })
    expect(browser.token).toBe(token)
    await failure(() => read(sessions, browser))
    await failure(() => new FakeBrowser().visit(async () => (await sessions.getSession()).set('a', 'new')))
    for (const [name, operation] of Object.entries(administration)) await failure(() => operation(sessions, 'u'), name)
    expect(await read(sessions, new FakeBrowser()), 'a request without a cookie does not fail').toEqual([null, undefined])
  }

  async function expectRecovery(sessions: Sessions, browser: FakeBrowser) {
    expect(await read(sessions, browser)).toEqual(['u', 'kept'])
    await browser.visit(async () => (await sessions.getSession()).set('a', 'again'))
    expect(await read(sessions, browser)).toEqual(['u', 'again'])
  }

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'a server stopped by %s causes STORE_FAILED for every operation, and is used again when it is back',
    async (signal) => {
      const sessions = make()
      const browser = await loggedIn(sessions)
      await expectOutage(sessions, browser, () => postgres.halt(signal))
      await postgres.start()
      await expectRecovery(sessions, browser)
    },
  )

  it('a read-only server serves reads, and writes reject with STORE_FAILED and the outcome none', async () => {
    const sessions = make()
    const browser = await loggedIn(sessions)
    const database = new URL(url).pathname.slice(1)
    const reconnect = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`
    await query(postgres.url, `alter database ${database} set default_transaction_read_only = on`)
    await query(postgres.url, reconnect)
    await vi.waitUntil(() => pool.totalCount === 0)
    for (const [name, write] of Object.entries(writers)) {
      const error = await failure(() => browser.copy().visit(async () => write(await sessions.getSession(), 'lost')), name)
      expect([error.outcome, error.cause], name).toEqual(['none', { code: '25006', constraint: null }])
    }
    expect(await read(sessions, browser)).toEqual(['u', 'kept'])
    await query(postgres.url, `alter database ${database} reset default_transaction_read_only`)
    await query(postgres.url, reconnect)
    await vi.waitUntil(() => pool.totalCount === 0)
    await expectRecovery(sessions, browser)
  })

  /**
   * Starts a write that waits for a locked row. Returns the write, the query for its connection, and a function that
   * releases the lock.
   */
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

  it('a connection that the server terminates during a write causes STORE_FAILED with the outcome unknown', async () => {
    const sessions = make()
    const browser = await loggedIn(sessions)
    const { write, waiting, release } = await waitingWrite(sessions, browser)
    await query(url, `select pg_terminate_backend(pid) from (${waiting}) as waiting`)
    expect(await write).toMatchObject({ outcome: 'unknown', cause: { code: '57P01' } })
    await release()
    await expectRecovery(sessions, browser)
  })

  it('a connection that breaks during a write causes STORE_FAILED with the outcome unknown', async () => {
    const sessions = make()
    const browser = await loggedIn(sessions)
    const { write, release } = await waitingWrite(sessions, browser)
    wire.cut()
    expect(await write).toMatchObject({ outcome: 'unknown' })
    await release()
    await expectRecovery(sessions, browser)
  })

  it('broken idle connections are replaced without an error', async () => {
    const sessions = make()
    const browser = await loggedIn(sessions)
    wire.cut()
    await vi.waitUntil(() => pool.totalCount === 0)
    await expectRecovery(sessions, browser)
  })

  it('connections whose packets are lost forever are replaced within six seconds, with the timeouts of the README', async () => {
    const { db, close } = await openDatabase({ DATABASE_URL: wire.url })
    const sessions = createSessions<FaultData>({
      secret: 'a secret for tests, 32 characters',
      store: drizzleStore(db),
      autoClear: false,
    })
    const browser = await loggedIn(sessions)
    const onAllConnections = () => Promise.allSettled(Array.from({ length: 10 }, () => sessions.count()))
    await onAllConnections()
    wire.loseConnections()
    const lostAt = performance.now()
    const results = await onAllConnections()
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'rejected'))
    await expectRecovery(sessions, browser)
    expect(performance.now() - lostAt).toBeLessThan(6500)
    await close()
  })

  it.each([1, 2, 3, 4])('when an update loses its connection at statement %i, later writes are committed', async (lostAt) => {
    const small = new Pool({ connectionString: wire.url, max: 1, connectionTimeoutMillis: 400, query_timeout: 500 })
    small.on('error', () => {}).on('connect', (client) => client.on('error', () => {}))
    let statementsLeft = Number.POSITIVE_INFINITY
    const logQuery = () => {
      if (--statementsLeft === 0) wire.silence()
    }
    const sessions = createSessions<FaultData>({
      secret: 'a secret for tests, 32 characters',
      store: drizzleStore(drizzle(small, { logger: { logQuery } })),
      timeout: timeoutSeconds,
      autoClear: false,
    })
    const browser = await loggedIn(sessions)
    await browser.visit(async () => {
      const session = await sessions.getSession()
      await query(url, 'update sessions set version = version + 1') // another writer
      statementsLeft = 1 + lostAt // the first statement finds the other version
      await writers.update?.(session, 'lost').catch(() => {})
    })
    statementsLeft = Number.POSITIVE_INFINITY
    await vi.waitUntil(() => small.totalCount === small.idleCount, { timeout: 3000 })
    wire.resume()
    await vi.waitUntil(() =>
      set(sessions, browser).then(
        () => true,
        () => false,
      ),
    )
    expect(await query(url, `select data->>'b' as b from sessions`)).toEqual([{ b: 'committed' }])
    await small.end()
  })

  it('a connection without any response causes STORE_FAILED after the timeout, and works again when the server responds', async () => {
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
