import { createSessions, type SessionError } from 'coatcheck'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { rulesOf } from '../../test/exceptions'
import { implementations, type TestStore } from '../../test/stores'

const document = { context: 'render', headers: { 'sec-fetch-dest': 'document' } } as const
const prefetchedDocument = { context: 'render', headers: { 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' } } as const
const routerFetch = { context: 'render', headers: { 'sec-fetch-dest': 'empty' } } as const

describe.each(Object.entries(implementations))('flashes, %s', (storeName, open) => {
  const rule = rulesOf(storeName)
  let under: TestStore
  beforeAll(async () => {
    under = await open()
  })
  afterAll(() => under.close())

  function setup() {
    const { getSession, requireUser } = createSessions<{ a: number }>({
      secret: 'a secret for tests, 32 characters',
      store: under.store,
      autoClear: false,
    })
    const browser = new FakeBrowser()
    const flash = (key: string, value: unknown) => browser.visit(async () => (await getSession()).flash(key, value))
    const seen = async (request = {}) => {
      const flashes = await browser.visit(async () => (await getSession()).flashes(), request)
      return flashes.map(({ key, value }) => [key, value])
    }
    return { browser, getSession, requireUser, flash, seen }
  }

  it('a flash creates a session, waits for the next page and is not part of the data', async () => {
    const { browser, getSession, flash, seen } = setup()
    await flash('notice', { text: 'Saved', times: [1] })
    expect(await seen()).toEqual([['notice', { text: 'Saved', times: [1] }]])
    const session = await browser.visit(getSession)
    expect([session.keys(), session.data, session.isEmpty]).toEqual([[], {}, true])
    await browser.visit(async () => (await getSession()).clear())
    expect(await seen()).toHaveLength(1)
  })

  it('flashes are shown in the order in which they were added, even with the same key or in one batch', async () => {
    const { browser, getSession, flash, seen } = setup()
    await flash('a', 1)
    await browser.visit(async () => {
      const session = await getSession()
      await Promise.all([session.flash('a', 2), session.flash('b', 3), session.flash('a', 4)])
    })
    expect(await seen()).toEqual([
      ['a', 1],
      ['a', 2],
      ['b', 3],
      ['a', 4],
    ])
  })

  it('flashes of the same millisecond are shown in the order of their requests', async () => {
    const { flash, seen } = setup()
    const values = Array.from({ length: 10 }, (_, n) => n)
    for (const n of values) await flash('n', n)
    expect(await seen()).toEqual(values.map((n) => ['n', n]))
  })

  it('a session stores at most 20 flashes, and a new one replaces the oldest', async () => {
    const { flash, seen } = setup()
    for (let n = 0; n < 23; n++) await flash('n', n)
    expect(await seen()).toEqual(Array.from({ length: 20 }, (_, n) => ['n', n + 3]))
  })

  rule('parallel-flashes-survive')('flashes of parallel requests are all stored', async () => {
    const { browser, getSession, flash, seen } = setup()
    await flash('n', 0)
    const add = (n: number) => browser.copy().visit(async () => (await getSession()).flash('n', n))
    await Promise.all(Array.from({ length: 19 }, (_, n) => add(n + 1)))
    expect(await seen()).toHaveLength(20)
  })

  it('the router and a prefetch read flashes without consuming them', async () => {
    const { flash, seen } = setup()
    await flash('notice', 'Saved')
    for (const request of [routerFetch, prefetchedDocument, {}, routerFetch]) expect(await seen(request)).toHaveLength(1)
  })

  rule('a-document-consumes-its-flashes')(
    'flashes are shown during the whole request that loads a document and deleted after it',
    async () => {
      const { browser, getSession, flash, seen } = setup()
      await flash('notice', 'Saved')
      await browser.visit(async () => {
        for (const _ of 'ab') expect((await getSession()).flashes()).toHaveLength(1)
      }, document)
      expect(await seen()).toEqual([])
    },
  )

  it('a document that requireUser redirects does not consume its flashes', async () => {
    const { browser, getSession, requireUser, flash, seen } = setup()
    await flash('notice', 'Logged out')
    await browser.visit(async () => {
      expect((await getSession()).flashes()).toHaveLength(1)
      await expect(requireUser()).rejects.toThrow('Redirected to /login')
    }, document)
    expect(await seen()).toHaveLength(1)
  })

  rule('a-later-flash-waits-for-the-next-document')(
    'a flash that is added while a document is rendered waits for the next document',
    async () => {
      const { browser, getSession, flash, seen } = setup()
      await flash('first', 1)
      await browser.visit(async () => {
        expect((await getSession()).flashes()).toHaveLength(1)
        const other = browser.copy()
        await other.visit(async () => (await getSession()).flash('second', 2))
      }, document)
      expect(await seen()).toEqual([['second', 2]])
    },
  )

  it('acknowledgeFlashes deletes the flashes with the given ids and ignores unknown ids', async () => {
    const { browser, getSession, flash, seen } = setup()
    await flash('a', 1)
    await flash('b', 2)
    const [first] = await browser.visit(async () => (await getSession()).flashes())
    for (const unknown of ['unknown', '_flash_']) {
      await browser.visit(async () => (await getSession()).acknowledgeFlashes([first?.id ?? '', unknown]))
      expect(await seen()).toEqual([['b', 2]])
    }
  })

  rule('acknowledging-a-flash-sends-no-cookie')('acknowledging a flash sends no cookie and refreshes no page', async () => {
    const { browser, getSession, flash, seen } = setup()
    await flash('a', 1)
    const { setCookies, refreshed } = await browser.request(
      async () => {
        const session = await getSession()
        await session.acknowledgeFlashes(session.flashes().map(({ id }) => id))
      },
      { context: 'action' },
    )
    expect(await seen()).toEqual([])
    expect([setCookies, refreshed]).toEqual([[], false])
  })

  it('a page that the acknowledging action renders still shows the acknowledged flash', async () => {
    const { browser, getSession, flash, seen } = setup()
    await flash('a', 1)
    const shown = await browser.visit(
      async () => {
        const session = await getSession()
        const [first] = session.flashes()
        await session.acknowledgeFlashes([first?.id ?? ''])
        await session.flash('b', 2)
        return session.flashes()
      },
      { context: 'action' },
    )
    expect(shown.map(({ key }) => key)).toEqual(['a', 'b'])
    expect(await seen()).toEqual([['b', 2]])
  })

  it('a flash must be JSON of limited size, and acknowledgeFlashes rejects an argument that is not a list', async () => {
    const { browser, getSession, flash, seen } = setup()
    const code = (promise: Promise<unknown>) => promise.catch((error: SessionError) => error.code)
    expect(await code(flash('notice', new Date()))).toBe('DATA_INVALID')
    expect(await code(flash('notice', 'x'.repeat(70_000)))).toBe('DATA_TOO_LARGE')
    expect(await seen()).toEqual([])
    const notAList = JSON.parse('{"length":1}')
    expect(await code(browser.visit(async () => (await getSession()).acknowledgeFlashes(notAList)))).toBe('DATA_INVALID')
  })

  it('a flash that is added after a logout is the only one in the new session', async () => {
    const { browser, getSession, flash, seen } = setup()
    await flash('old', 1)
    const before = await browser.visit(async () => (await getSession()).id)
    await browser.visit(async () => {
      const session = await getSession()
      await session.login('7')
      await session.logout()
      await session.flash('notice', 'Logged out')
    })
    expect(await seen()).toEqual([['notice', 'Logged out']])
    expect(await browser.visit(async () => (await getSession()).id)).not.toBe(before)
  })
})
