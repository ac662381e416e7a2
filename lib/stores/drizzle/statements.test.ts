import { createSessions } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleProxy } from 'drizzle-orm/pg-proxy'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { createDatabase } from '../../../test/postgres'
import { createIn } from '../../../test/redis-stores'
import { postgresUrl } from '../../../test/use-postgres'
import { policy } from '../contract/tools'
import { sessionsTable } from './schema'

describe('the statements of drizzleStore', () => {
  const log: string[] = []
  let pool: Pool
  let sessions: ReturnType<typeof make>
  const make = (more: { maxPerUser?: number } = {}) => {
    const db = drizzle(pool, { logger: { logQuery: (text) => log.push(text) } })
    return createSessions<{ a: number; b: number }>({
      secret: 'a secret for tests, 32 characters',
      store: drizzleStore(db),
      autoClear: false,
      ...more,
    })
  }
  beforeAll(async () => {
    pool = new Pool({ connectionString: await createDatabase(postgresUrl) })
    await migrate(drizzle(pool))
    sessions = make()
  })
  afterAll(() => pool.end())

  /** Returns the verbs of the statements that `fn` sends, without the read at the start of the request. */
  async function statementsOf(browser: FakeBrowser, fn: (session: Awaited<ReturnType<typeof sessions.getSession>>) => unknown) {
    return browser.visit(async () => {
      const session = await sessions.getSession()
      log.length = 0
      await fn(session)
      return log.map((text) => /\b(select|insert|update|delete)\b/i.exec(text.replace(/^with .* as \(/, ''))?.[0])
    })
  }
  async function browserWithSession(): Promise<FakeBrowser> {
    const browser = new FakeBrowser()
    await browser.visit(async () => (await sessions.getSession()).set('a', 1))
    return browser
  }

  it('a request without a valid cookie sends no statement', async () => {
    const { token } = await browserWithSession()
    log.length = 0
    for (const cookie of ['', 'junk', `${token}x`, token.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))]) {
      await new FakeBrowser({ session: cookie }).visit(sessions.getSession)
    }
    expect(log).toEqual([])
  })

  it('all reads of a request share one statement', async () => {
    const browser = await browserWithSession()
    log.length = 0
    await browser.visit(() => Promise.all(Array.from({ length: 5 }, sessions.getSession)))
    expect(log).toHaveLength(1)
  })

  it('up to sixteen reads in the same turn of the event loop share a statement, and each gets only its own session', async () => {
    const browsers = await Promise.all(
      Array.from({ length: 20 }, async (_, b) => {
        const browser = new FakeBrowser()
        await browser.visit(async () => (await sessions.getSession()).set('b', b))
        return browser
      }),
    )
    const stale = browsers[7]?.copy() ?? expect.unreachable()
    await browsers[7]?.visit(async () => (await sessions.getSession()).cycleKey())
    log.length = 0
    const read = (browser: FakeBrowser) => browser.visit(async () => (await sessions.getSession()).get('b', -1))
    expect(await Promise.all([...browsers, stale].map(read))).toEqual([...browsers.keys(), -1])
    expect(log).toHaveLength(2)
    log.length = 0
    expect(await Promise.all(browsers.slice(4).map(read))).toEqual([...browsers.keys()].slice(4))
    expect(log).toHaveLength(1)
  })

  it('a row that does not belong to the token is never returned as its session', async () => {
    const [own, other] = [0, 1].map(() => ({ id: crypto.randomUUID(), tokenHash: crypto.randomUUID() }))
    if (!own || !other) return expect.unreachable()
    const row = [own.id, own.tokenHash, null, 1, null, 1, 9, null, null, null, null, 1, { a: 1 }, 2]
    const store = drizzleStore(drizzleProxy(async () => ({ rows: [[JSON.stringify(row)]] })))
    expect(await store.find(other)).toBeNull()
    expect(await store.find({ ...own, tokenHash: other.tokenHash })).toBe('rotated')
    expect(await Promise.all([own, other].map(store.find))).toMatchObject([{ id: own.id }, null])
  })

  it('a token that was rotated more than 60 s ago is unknown, even in a statement that it shares with the current token', async () => {
    const db = drizzle(pool)
    const store = drizzleStore(db)
    const row = await createIn(store)
    const current = { id: row.id, tokenHash: crypto.randomUUID() }
    await store.update(row, { tokenHash: current.tokenHash, extendsExpiry: true }, policy)
    const read = async () => (await Promise.all([row, current].map(store.find)))[0]
    expect(await read()).toBe('rotated')
    await db.update(sessionsTable).set({ rotatedAt: sql`now() - interval '61 seconds'` }).where(eq(sessionsTable.id, row.id))
    expect(await read()).toBeNull()
  })

  it('parallel requests of one session that share a statement get separate objects', async () => {
    const browser = await browserWithSession()
    log.length = 0
    const read = () => browser.copy().visit(async () => (await sessions.getSession()).createdAt)
    const [one, other] = await Promise.all([read(), read()])
    expect(log).toHaveLength(1)
    expect(one).toEqual(other)
    expect(one).not.toBe(other)
  })

  it('a read that starts after the statement was sent gets another statement', async () => {
    const [first, second] = [await browserWithSession(), await browserWithSession()]
    log.length = 0
    const { getSession } = make()
    const reading = first.visit(getSession)
    while (log.length === 0) await new Promise(setImmediate)
    await Promise.all([reading, second.visit(getSession)])
    expect(log).toHaveLength(2)
  })

  it.each<[string, string, (session: Awaited<ReturnType<typeof sessions.getSession>>) => unknown]>([
    ['set', 'update', (session) => session.set('a', 2)],
    ['delete', 'update', (session) => session.delete('a')],
    ['clear', 'update', (session) => session.clear()],
    [
      'a group of five writes in the same turn',
      'update',
      (session) => Promise.all([1, 2, 3, 4, 5].map((b) => session.set('b', b))),
    ],
    ['setDefault', 'update', (session) => session.setDefault('b', 2)],
    ['pop', 'select', (session) => session.pop('a')],
    ['setExpiry', 'update', (session) => session.setExpiry(60)],
    ['cycleKey', 'update', (session) => session.cycleKey()],
    ['login', 'update', (session) => session.login('1')],
    ['flush', 'delete', (session) => session.flush()],
  ])('%s sends one statement', async (_, verb, write) => {
    expect(await statementsOf(await browserWithSession(), write)).toEqual([verb])
  })

  it('a login under maxPerUser sends a second statement after the first has succeeded', async () => {
    const limited = make({ maxPerUser: 2 })
    const browser = new FakeBrowser()
    log.length = 0
    await browser.visit(async () => (await limited.getSession()).login('2'))
    expect(log.map((text) => text.slice(0, 6))).toEqual(['insert', 'delete'])
  })

  it('an update without a concurrent write sends one statement', async () => {
    const add = (draft: { a?: number }) => {
      draft.a = (draft.a ?? 0) + 1
      return undefined
    }
    expect(await statementsOf(await browserWithSession(), (session) => session.update(add))).toEqual(['update'])
  })

  it('the first set and the first login send one INSERT', async () => {
    expect(await statementsOf(new FakeBrowser(), (session) => session.set('a', 1))).toEqual(['insert'])
    expect(await statementsOf(new FakeBrowser(), (session) => session.login('1'))).toEqual(['insert'])
  })

  it('a login as another user sends one statement', async () => {
    const browser = await browserWithSession()
    await browser.visit(async () => (await sessions.getSession()).login('1'))
    expect(await statementsOf(browser, (session) => session.login('2'))).toEqual(['delete'])
  })

  it('a write that changes nothing sends a SELECT to find the reason', async () => {
    const browser = await browserWithSession()
    const stale = browser.copy()
    const seen = await statementsOf(stale, async (session) => {
      await browser.visit(async () => (await sessions.getSession()).cycleKey())
      log.length = 0
      await session.set('a', 2).catch(() => {})
    })
    expect(seen).toEqual(['update', 'select'])
  })

  it('a plain data write is a HOT update and changes no index', async () => {
    const browser = await browserWithSession()
    const stats = async () => {
      await pool.query('select pg_stat_force_next_flush()')
      const { rows } = await pool.query(
        `select n_tup_upd::int as all, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'sessions'`,
      )
      return rows[0]
    }
    const before = await stats()
    for (let i = 0; i < 100; i++) await browser.visit(async () => (await sessions.getSession()).set('a', i))
    const after = await stats()
    expect(after.all - before.all).toBeGreaterThanOrEqual(100)
    expect((after.hot - before.hot) / (after.all - before.all)).toBeGreaterThanOrEqual(0.9)
  })
})
