import { createSessions, type SessionError } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { createDatabase, query } from '../../../test/postgres'
import { postgresUrl } from '../../../test/use-postgres'

const secret = 'a secret for tests, 32 characters'
const marker = 'MARKER-7f3a'

/** Returns everything that a printed error contains. */
const printed = (error: SessionError) => JSON.stringify([error, error.message, error.stack, error.cause, String(error.cause)])

describe('drizzleStore on a failing database', () => {
  let url: string
  let pool: Pool
  beforeEach(async () => {
    url = await createDatabase(postgresUrl)
    pool = new Pool({ connectionString: url, max: 4 })
    pool.on('error', () => {})
    await migrate(drizzle(pool))
  })
  afterEach(async () => {
    if (!pool.ended) await pool.end()
  })
  const make = (timeout = 2) =>
    createSessions<{ a: string }>({ secret, store: drizzleStore(drizzle(pool)), timeout, autoClear: false })
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable('it resolved'),
      (error: SessionError) => error,
    ) as Promise<SessionError>
  async function saved(sessions: ReturnType<typeof make>) {
    const browser = new FakeBrowser()
    await browser.visit(async () => (await sessions.getSession()).set('a', marker))
    return browser
  }

  it('a failed statement causes STORE_FAILED, and the error contains no data, token or hash', async () => {
    const sessions = make()
    const browser = await saved(sessions)
    const errors = await browser.visit(async () => {
      const session = await sessions.getSession()
      await query(url, `alter table sessions add constraint broken check (data->>'a' = 'x') not valid`)
      const writes = [
        session.set('a', `${marker}2`),
        session.setDefault('a', marker),
        session.cycleKey(),
        session.login(`${marker} user`),
        session.setExpiry(5),
      ]
      return Promise.all(
        [...writes, new FakeBrowser().visit(async () => (await sessions.getSession()).set('a', marker))].map(failure),
      )
    })
    for (const error of errors) {
      expect([error.code, error.status, error.outcome]).toEqual(['STORE_FAILED', 503, 'none'])
      expect(error.cause).toEqual({ code: '23514', constraint: 'broken' })
      const [, id = '', secretPart = '', , , mac = ''] = browser.token.split('.')
      expect(id).not.toBe('')
      for (const hidden of [marker, secretPart, mac]) expect(printed(error)).not.toContain(hidden)
    }
  })

  it('without the table, the error names the function that creates it', async () => {
    const sessions = make()
    const browser = await saved(sessions)
    await query(url, 'drop table sessions')
    const error = await failure(browser.visit(sessions.getSession))
    expect([error.code, error.message]).toEqual(['STORE_FAILED', expect.stringContaining('run migrate(db)')])
  })

  it('a database that rejects connections causes STORE_FAILED, not an anonymous visitor, and is used again later', async () => {
    const sessions = make()
    const browser = await saved(sessions)
    const { pathname } = new URL(url)
    const server = postgresUrl
    await query(server, `alter database ${pathname.slice(1)} allow_connections false`)
    await query(server, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${pathname.slice(1)}'`)
    expect((await failure(browser.visit(sessions.getSession))).code).toBe('STORE_FAILED')
    await query(server, `alter database ${pathname.slice(1)} allow_connections true`)
    expect(await browser.visit(async () => (await sessions.getSession()).get('a'))).toBe(marker)
  })

  it('a write that waits for a lock rejects with STORE_FAILED after the timeout, with the outcome unknown', async () => {
    const sessions = make(0.3)
    const browser = await saved(sessions)
    const blocker = await pool.connect()
    await blocker.query('begin')
    await blocker.query('select * from sessions for update')
    const started = Date.now()
    const error = await failure(browser.visit(async () => (await sessions.getSession()).set('a', 'late')))
    expect(Date.now() - started).toBeLessThan(1500)
    expect([error.code, error.outcome]).toEqual(['STORE_FAILED', 'unknown'])
    await blocker.query('rollback')
    blocker.release()
  })

  it('an update whose row is locked until the timeout rejects with CONFLICT', async () => {
    const poolWithTimeout = new Pool({ connectionString: url, statement_timeout: 900 })
    const store = drizzleStore(drizzle(poolWithTimeout))
    const sessions = createSessions<{ a: string }>({ secret, store, timeout: 1, autoClear: false })
    const browser = await saved(sessions)
    const blocker = await pool.connect()
    const error = await browser.visit(async () => {
      const session = await sessions.getSession()
      await query(url, 'update sessions set version = version + 1')
      await blocker.query('begin')
      await blocker.query('select * from sessions for update')
      return failure(
        session.update((draft) => {
          draft.a = 'changed'
        }),
      )
    })
    await blocker.query('rollback')
    blocker.release()
    await poolWithTimeout.end()
    expect(error.code).toBe('CONFLICT')
  })

  it('a write that the database cancels rejects with STORE_FAILED and the outcome none', async () => {
    const poolWithTimeout = new Pool({ connectionString: url, statement_timeout: 300 })
    const sessions = createSessions<{ a: string }>({ secret, store: drizzleStore(drizzle(poolWithTimeout)), autoClear: false })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await sessions.getSession()).set('a', marker))
    const blocker = await pool.connect()
    await blocker.query('begin')
    await blocker.query('select * from sessions for update')
    const error = await failure(browser.visit(async () => (await sessions.getSession()).set('a', 'late')))
    await blocker.query('rollback')
    blocker.release()
    await poolWithTimeout.end()
    expect([error.code, error.outcome, error.cause]).toEqual(['STORE_FAILED', 'none', { code: '57014', constraint: null }])
  })
})
