import { createSessions } from 'coatcheck'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { stores, type TestStore } from '../../test/databases'
import { rulesOf } from '../../test/exceptions'

type Data = Record<string, number | null>

// Django 5.2 on such a machine keeps 56 of the 1000 increments, and 1 of the 20 keys.
describe.each(Object.entries(stores))('parallel requests of one session, on %s', (name, open) => {
  const rule = rulesOf(name)
  let testStore: TestStore
  beforeAll(async () => {
    testStore = await open()
  })
  afterAll(() => testStore.close())

  const make = () => createSessions<Data>({ secret: 'a secret for tests, 32 characters', store: testStore.store, autoClear: false })
  async function begin(data: Data) {
    const { getSession } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set(data))
    return { browser, getSession, read: () => browser.visit(async () => (await getSession()).data) }
  }

  rule('a-thousand-parallel-increments-survive')(
    '20 writers of 50 increments each: all 1000 survive',
    async () => {
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
    },
    60_000,
  )

  rule('parallel-sets-survive')('20 that each set a key of their own: all 20 survive', async () => {
    const { browser, getSession, read } = await begin({ start: 0 })
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => browser.copy().visit(async () => (await getSession()).set(`key${i}`, i))),
    )
    expect(Object.keys(await read())).toHaveLength(21)
  })

  rule('one-of-parallel-pops-wins')('of 20 that pop one key one gets the value', async () => {
    const { browser, getSession } = await begin({ ticket: 7 })
    const taken = await Promise.all(
      Array.from({ length: 20 }, () => browser.copy().visit(async () => (await getSession()).pop('ticket', null))),
    )
    expect(taken.filter((value) => value === 7)).toHaveLength(1)
  })

  rule('parallel-defaults-agree')('of 20 that setDefault one key all get the one value that is stored', async () => {
    const { browser, getSession, read } = await begin({ other: 1 })
    const answers = Array.from({ length: 20 }, (_, i) =>
      browser.copy().visit(async () => (await getSession()).setDefault('once', i)),
    )
    expect(new Set(await Promise.all(answers)).size).toBe(1)
    expect((await read()).once).toBe(await answers[0])
  })

  rule('one-of-parallel-logins-wins')(
    'of 20 that log in one gets the session and its cart; the others are INTERRUPTED, or strangers without it',
    async () => {
      const { browser, getSession } = await begin({ cart: 1 })
      const id = await browser.visit(async () => (await getSession()).id)
      const login = async (i: number) => {
        const own = browser.copy()
        await own.visit(async () => (await getSession()).login(`u${i}`))
        return own.visit(async () => [(await getSession()).id === id, (await getSession()).get('cart', null)])
      }
      const results = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => login(i)))
      const outcomes = results.map((result) => (result.status === 'rejected' ? result.reason.code : JSON.stringify(result.value)))
      expect(outcomes.filter((outcome) => outcome === '[true,1]')).toHaveLength(1)
      expect(outcomes.filter((outcome) => !['[true,1]', '[false,null]', 'INTERRUPTED'].includes(outcome))).toEqual([])
      expect(await browser.visit(async () => (await getSession()).id)).toBeNull()
    },
  )
})
