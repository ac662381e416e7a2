import { createSessions } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleProxy } from 'drizzle-orm/pg-proxy'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { createDatabase } from '../../../test/postgres'
import { postgresUrl } from '../../../test/use-postgres'

const secret = 'a secret for tests, 32 characters'

describe('the database of a drizzleStore', () => {
  let pool: Pool
  beforeAll(async () => {
    pool = new Pool({ connectionString: await createDatabase(postgresUrl) })
    await migrate(drizzle(pool))
  })
  afterAll(() => pool.end())

  it('a function that opens the database is called once, and again only after it failed', async () => {
    let opened = 0
    const open = async () => {
      opened++
      if (opened === 1) throw new Error('not yet')
      return drizzle(pool)
    }
    const { getSession } = createSessions<{ n: number }>({ secret, store: drizzleStore(open), autoClear: false })
    const browser = new FakeBrowser()
    const write = () => browser.visit(async () => (await getSession()).set('n', 1))
    await expect(write()).rejects.toMatchObject({ code: 'STORE_FAILED' })
    await write()
    await Promise.all(Array.from({ length: 5 }, () => browser.visit(getSession)))
    expect(opened).toBe(2)
  })

  it('without transactions, no parallel update is lost, and update rejects with the error that its callback throws', async () => {
    const db = drizzleProxy(async (text, values, method) => {
      const { rows } = await pool.query({ text, values, ...(method === 'all' && { rowMode: 'array' }) })
      return { rows }
    })
    const { getSession } = createSessions<{ n: number }>({ secret, store: drizzleStore(db), autoClear: false })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('n', 0))
    const increment = () =>
      browser.visit(async () =>
        (await getSession()).update((draft) => {
          draft.n = Number(draft.n) + 1
        }),
      )
    await Promise.all(Array.from({ length: 20 }, increment))
    expect(await browser.visit(async () => (await getSession()).get('n'))).toBe(20)

    let runs = 0
    const overtaken = browser.visit(async () => {
      const session = await getSession()
      await browser.copy().visit(increment)
      return session.update(() => {
        runs++
        if (runs === 2) throw new Error('thrown on the newest data')
      })
    })
    await expect(overtaken).rejects.toThrow('thrown on the newest data')
  })
})
