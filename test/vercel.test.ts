import { createSessions, type SessionError } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type OpenDatabase, openDatabase } from '../app/db'
import { FakeBrowser } from './browser'
import { createDatabase, query } from './postgres'
import { type Relay, startRelay, vercelUrl } from './relay'
import { postgresUrl } from './use-postgres'
import { useRelay } from './use-relay.mjs'

const secret = 'a secret for tests, 32 characters'

describe('@vercel/postgres', () => {
  let url: string
  let relay: Relay
  let open: OpenDatabase
  beforeEach(async () => {
    url = await createDatabase(postgresUrl)
    relay = await startRelay(url)
    await useRelay(relay.port)
    open = await openDatabase({ POSTGRES_URL: vercelUrl(url) })
    await migrate(open.db)
  })
  afterEach(async () => {
    await open.close()
    await relay.close()
  })

  async function saved(timeout: number) {
    const { getSession } = createSessions<{ a: string }>({ secret, store: drizzleStore(open.db), timeout, autoClear: false })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 'kept'))
    return { browser, getSession, read: () => browser.visit(async () => (await getSession()).get('a')) }
  }
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable('it resolved'),
      (error: SessionError) => ({ code: error.code, outcome: error.outcome }),
    )

  it('a write rejects with STORE_FAILED and an unknown outcome if its connection breaks, and the next request works', async () => {
    const warn = vi.mocked(console.warn).mockImplementation(() => {})
    const { browser, getSession, read } = await saved(2)
    const holdsRow = `select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    await open.db
      .transaction(async (holder) => {
        await holder.execute('select * from sessions for update')
        const write = failure(browser.visit(async () => (await getSession()).set('a', 'late')))
        await vi.waitUntil(async () => (await query(url, holdsRow)).length > 0)
        relay.cut()
        expect(await write).toEqual({ code: 'STORE_FAILED', outcome: 'unknown' })
      })
      .catch(() => {}) // this also cuts the connection of this transaction
    expect(['kept', 'late']).toContain(await read())
    warn.mockClear()
  })

  it('a request rejects with STORE_FAILED within the timeout and writes nothing if no connection can be opened', async () => {
    const { read } = await saved(1)
    await relay.close()
    vi.mocked(console.warn).mockImplementation(() => {})
    const started = Date.now()
    expect(await failure(read())).toEqual({ code: 'STORE_FAILED', outcome: 'none' })
    expect(Date.now() - started).toBeLessThan(2000)
    relay = await startRelay(url)
    await useRelay(relay.port)
    expect(await read()).toBe('kept')
    vi.mocked(console.warn).mockClear()
  })
})
