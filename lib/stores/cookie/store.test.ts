import { createSessions, type ServerOptions, type SessionError } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../../test/browser'

const secret = 'a secret for tests, 32 characters'
const make = (more: Partial<ServerOptions> = {}) =>
  createSessions<Record<string, string | number>>({ secret, store: cookieStore(), ...more })
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: SessionError) => error,
  )
const codeOf = async (promise: Promise<unknown>) => (await failureOf(promise))?.code ?? 'resolved'

/** Returns a browser that has a session with this data. */
async function browserWith(data: Record<string, string | number>, { getSession } = make()) {
  const browser = new FakeBrowser()
  await browser.visit(async () => (await getSession()).set(data))
  return browser
}

/** Returns a store and the clock that it reads. */
function storeWithClock() {
  const clock = { now: Date.now() }
  return { clock, store: cookieStore({ now: () => clock.now }) }
}

describe('the limit of 4096 bytes', () => {
  /** Returns the length of the longest text that fits into the cookie. */
  async function maxLength(options: Partial<ServerOptions> = {}) {
    const { getSession } = make(options)
    const fits = async (length: number) =>
      (await codeOf(new FakeBrowser().visit(async () => (await getSession()).set('text', 'x'.repeat(length))))) === 'resolved'
    let [low, high] = [0, 4096]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (await fits(middle)) low = middle
      else high = middle
    }
    return low
  }

  it('about 2,800 bytes of JSON fit into a cookie, and all its attributes count towards the limit', async () => {
    const length = await maxLength()
    expect(length).toBeGreaterThan(2750)
    const attributes = { secure: true, domain: 'www.example.com', path: '/a/b', sameSite: 'strict', partitioned: true } as const
    const options = { cookie: { name: 'a-longer-name', ...attributes } }
    const { getSession } = make(options)
    const text = 'x'.repeat(await maxLength(options))
    const { setCookies } = await new FakeBrowser().request(async () => (await getSession()).set('text', text))
    const [cookie] = setCookies
    const line = `${cookie?.name}=${cookie?.value}; Path=/a/b; Expires=${new Date(0).toUTCString()}; Max-Age=${cookie?.maxAge}; Domain=www.example.com; Secure; HttpOnly; SameSite=strict; Partitioned`
    expect(line.length).toBeGreaterThan(4080)
    expect(line.length).toBeLessThanOrEqual(4096)
  })

  it('a write above the limit rejects with the size found, sends nothing and leaves the session unchanged', async () => {
    const { getSession } = make()
    const browser = await browserWith({ text: 'x'.repeat(await maxLength()) })
    const { value, setCookies } = await browser.request(async () => {
      const session = await getSession()
      const failures = [
        await failureOf(session.set('more', 'x'.repeat(100))),
        await failureOf(session.setDefault('more', 1)),
        await failureOf(
          session.update((draft) => {
            draft.more = 'x'.repeat(100)
          }),
        ),
        await failureOf(session.login('a user id of some length')),
        await failureOf(session.setTestCookie()),
      ]
      return { failures, keys: session.keys(), userId: session.userId }
    })
    for (const failure of value.failures) {
      expect([failure?.code, failure?.status]).toEqual(['DATA_TOO_LARGE', 413])
      const [, found] = /needs (\d+) bytes as a cookie.* browsers store 4096\./.exec(failure?.message ?? '') ?? []
      expect(Number(found)).toBeGreaterThan(4096)
      expect(Number(found)).toBeLessThan(4400)
    }
    expect([value.keys, value.userId, setCookies]).toEqual([['text'], null, []])
  })

  it('a session that is too large is not created, and the visitor stays anonymous', async () => {
    const { getSession } = make()
    const { value, setCookies } = await new FakeBrowser().request(async () => {
      const session = await getSession()
      const code = await codeOf(session.set('text', 'x'.repeat(5000)))
      return [code, session.id, session.isEmpty]
    })
    expect([value, setCookies]).toEqual([['DATA_TOO_LARGE', null, true], []])
  })

  it('a write can make a full session smaller', async () => {
    const { getSession } = make()
    const browser = await browserWith({ text: 'x'.repeat(await maxLength()) })
    expect(await browser.visit(async () => codeOf((await getSession()).set('text', 'short')))).toBe('resolved')
  })
})

describe('the limits of a session that is stored in its cookie', () => {
  it('a copy of a cookie opens the session after logout and cycleKey, until it expires', async () => {
    const { clock, store } = storeWithClock()
    const sessions = make({ store, maxAge: 1000 })
    const browser = await browserWith({ a: 1 }, sessions)
    const read = (visitor: FakeBrowser) => visitor.visit(async () => (await sessions.getSession()).get('a'))
    const copy = browser.copy()
    await browser.visit(async () => (await sessions.getSession()).cycleKey())
    const second = browser.copy()
    await browser.visit(async () => (await sessions.getSession()).logout())
    expect(browser.cookies).toEqual({})
    expect([await read(browser), await read(copy), await read(second)]).toEqual([undefined, 1, 1])
    clock.now += 1_000_000
    expect([await read(copy), await read(second)]).toEqual([undefined, undefined])
  })

  it('of two parallel requests, the cookie that arrives last replaces the data of the other', async () => {
    const { getSession } = make()
    const browser = await browserWith({ start: 0 })
    const other = browser.copy()
    await browser.visit(async () => (await getSession()).set('a', 1))
    await other.visit(async () => (await getSession()).set('b', 2))
    expect(await other.visit(async () => (await getSession()).data)).toEqual({ start: 0, b: 2 })
  })

  it('writing extends the session, and reading never does, even under rolling', async () => {
    const { clock, store } = storeWithClock()
    const { getSession } = make({ store, maxAge: 1000, rolling: true })
    const browser = await browserWith({ a: 1 }, make({ store, maxAge: 1000 }))
    clock.now += 600_000
    const { setCookies } = await browser.request(async () => (await getSession()).get('a'))
    expect(setCookies).toEqual([])
    const writing = browser.copy()
    await writing.visit(async () => (await getSession()).set('b', 2))
    clock.now += 600_000
    expect(await browser.visit(async () => (await getSession()).get('a'))).toBeUndefined()
    expect(await writing.visit(async () => (await getSession()).get('a'))).toBe(1)
  })

  it('list, get, count, stats, revoke, revokeUser and revokeOthers reject with CONFIG_INVALID', async () => {
    const sessions = make()
    const id = '01890000-0000-7000-8000-000000000000'
    const browser = new FakeBrowser()
    await browser.visit(async () => (await sessions.getSession()).login('u'))
    const calls = () => [
      sessions.list({ userId: 'u' }),
      sessions.get(id),
      sessions.count(),
      sessions.stats(),
      sessions.revoke(id),
      sessions.revokeUser('u'),
      sessions.getSession().then((session) => session.revokeOthers()),
    ]
    for (const failure of await browser.visit(() => Promise.all(calls().map(failureOf)))) {
      expect(failure?.code).toBe('CONFIG_INVALID')
      expect(failure?.message).toMatch(/cookieStore\(\) stores no session on the server.* drizzleStore\(db\)/)
    }
    expect(await sessions.clearExpired()).toBe(0)
  })

  it('expired sessions are never cleared automatically, because the server stores none', async () => {
    const limits: number[] = []
    const clearExpired = async (limit: number) => limits.push(limit)
    const { getSession } = make({ store: { ...cookieStore(), clearExpired } })
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      for (const value of [1, 2]) {
        await new FakeBrowser().visit(async () => (await getSession()).set('a', value))
        vi.setSystemTime(Date.now() + 600_000)
      }
    } finally {
      vi.useRealTimers()
    }
    expect(limits).toEqual([])
  })
})

describe('a session that is stored in its cookie', () => {
  it('a request without a valid cookie does not read the clock', async () => {
    const now = () => {
      throw new Error('the clock was read')
    }
    const { getSession } = make({ store: cookieStore({ now }) })
    for (const cookies of [{}, { session: 'junk' }]) {
      expect(await new FakeBrowser(cookies).visit(async () => (await getSession()).id)).toBeNull()
    }
  })

  it('the page that renders after an action reads the data that the action wrote', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    await browser.visit(
      async () => {
        await (await getSession()).set('a', 1)
        expect((await getSession()).get('a')).toBe(1)
      },
      { context: 'action' },
    )
    expect(await browser.visit(async () => (await getSession()).get('a'), { context: 'render' })).toBe(1)
  })

  it('a write to a session that expired during the request rejects with INTERRUPTED and sends no cookie', async () => {
    const { clock, store } = storeWithClock()
    const { getSession } = make({ store, maxAge: 100 })
    const browser = await browserWith({ a: 1 }, make({ store, maxAge: 100 }))
    const { token } = browser
    const code = await browser.visit(async () => {
      const session = await getSession()
      clock.now += 101_000
      return codeOf(session.set('a', 2))
    })
    expect([code, browser.token]).toEqual(['INTERRUPTED', token])
  })

  it('two configurations with the same cookie name in one request are rejected', async () => {
    const other = make({ maxAge: 5 })
    await new FakeBrowser().visit(async () => {
      await make().getSession()
      expect(await codeOf(other.getSession())).toBe('CONFIG_INVALID')
    })
  })
})
