import { createSessions } from 'coatcheck'
import { drizzleStore } from 'coatcheck/drizzle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenDatabase } from '../../../app/db'
import { FakeBrowser } from '../../../test/browser'
import { drivers, freshDatabase } from '../../../test/databases'

type Data = Record<string, number | null>

// Django 5.2 on such a machine keeps 56 of the 1000 increments, and 1 of the 20 keys.
describe.each(drivers)('parallel requests of one session, on %s', (driver) => {
  let open: OpenDatabase
  beforeAll(async () => {
    open = await freshDatabase(driver)
  })
  afterAll(() => open.close())

  const make = () =>
    createSessions<Data>({ secret: 'a secret for tests, 32 characters', store: drizzleStore(open.db), autoClear: false })
  async function begin(data: Data) {
    const { getSession } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set(data))
    return { browser, getSession, read: () => browser.visit(async () => (await getSession()).data) }
  }

  it('20 writers of 50 increments each: all 1000 survive', async () => {
    const { browser, getSession, read } = await begin({ n: 0 })
    const writer = async () => {
      for (let i = 0; i < 50; i++) {
        await browser.copy().visit(async () => {
          const session = await getSession()
          await session.update((draft) => {
            draft.n = (draft.n ?? 0) + 1
          })
        })
      }
    }
    await Promise.all(Array.from({ length: 20 }, writer))
    expect(await read()).toEqual({ n: 1000 })
  }, 60_000)

  it('20 that each set a key of their own: all 20 survive', async () => {
    const { browser, getSession, read } = await begin({})
    const { browser: started, getSession: get } = { browser, getSession }
    await started.visit(async () => (await get()).set('start', 0))
    await Promise.all(Array.from({ length: 20 }, (_, i) => started.copy().visit(async () => (await get()).set(`key${i}`, i))))
    expect(Object.keys(await read())).toHaveLength(21)
  })

  it('of 20 that pop one key one gets the value', async () => {
    const { browser, getSession } = await begin({ ticket: 7 })
    const taken = await Promise.all(
      Array.from({ length: 20 }, () => browser.copy().visit(async () => (await getSession()).pop('ticket', null))),
    )
    expect(taken.filter((value) => value === 7)).toHaveLength(1)
  })

  it('of 20 that setDefault one key all get the one value that is stored', async () => {
    const { browser, getSession, read } = await begin({ other: 1 })
    const answers = Array.from({ length: 20 }, (_, i) =>
      browser.copy().visit(async () => (await getSession()).setDefault('once', i)),
    )
    expect(new Set(await Promise.all(answers)).size).toBe(1)
    expect((await read()).once).toBe(await answers[0])
  })

  it('of 20 that log in one wins, the others are INTERRUPTED, and one row is left', async () => {
    const { browser, getSession } = await begin({ cart: 1 })
    const login = async (i: number) => browser.copy().visit(async () => (await getSession()).login(`u${i}`))
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => login(i)))
    const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : 'won'))
    // Those that read the session after the winner had rotated it are strangers, and get a session of their own.
    expect(codes.filter((code) => code !== 'won' && code !== 'INTERRUPTED')).toEqual([])
    expect(await browser.visit(async () => (await getSession()).id)).toBeNull()
  })
})
