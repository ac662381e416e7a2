import { createSessions, type ServerOptions, type SessionStatus } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { memoryStore } from 'coatcheck/testing'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { watch } from '../../test/watched'

const secret = 'a secret for tests, 32 characters'
const start = Date.now()
let now = start
beforeEach(() => {
  now = start
})
const own = { 'sec-fetch-site': 'same-origin' }

/** Returns sessions on a store that records its operations, and a browser whose clock can be set. */
function setUp(options: Partial<ServerOptions> = {}) {
  const operations: string[] = []
  const behind = memoryStore({ now: () => now })
  const { store } = watch(behind)
  const find: typeof store.find = (ref) => {
    operations.push('find')
    return behind.find(ref)
  }
  const update: typeof store.update = (...args) => {
    operations.push('update')
    return behind.update(...args)
  }
  const recorded = { ...store, find, update }
  const sessions = createSessions<Record<string, string>>({ secret, store: recorded, ...options })
  const handler = sessions.statusHandler()
  const browser = new FakeBrowser()
  const ask = async (method: 'GET' | 'POST', headers: Record<string, string> = own) => {
    operations.splice(0)
    const request = new Request('http://localhost/api/session/status', { method, headers })
    const { value, setCookies } = await browser.request(() => handler[method](request), { headers })
    return { status: value.status, headers: value.headers, json: (await value.json()) as SessionStatus, setCookies }
  }
  const logIn = () => browser.visit(async () => (await sessions.getSession()).login('7'))
  return { sessions, handler, browser, ask, logIn, operations }
}

/** Runs `act` this many seconds after the start of the test. */
async function later(seconds: number, act: () => Promise<void>): Promise<void> {
  now = start + seconds * 1000
  await act()
}

describe('a GET of the status', () => {
  it('a GET of an anonymous visitor sends no statement and reports no session', async () => {
    const { ask, operations } = setUp()
    const { status, json, headers } = await ask('GET')
    expect([status, json]).toEqual([200, { state: 'anonymous', userId: null, expiresIn: null, idleIn: null }])
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(operations).toEqual([])
  })

  it('a GET reads the store once and reports the user and the remaining time', async () => {
    const { ask, logIn, operations } = setUp({ maxAge: '1h' })
    await logIn()
    expect((await ask('GET')).json).toEqual({ state: 'active', userId: '7', expiresIn: 3600, idleIn: 3600 })
    expect(operations).toEqual(['find'])
  })

  it('a GET is not activity: a session that is only polled expires, even under rolling', async () => {
    for (const rolling of [false, true]) {
      now = start
      const { ask, logIn, operations } = setUp({ maxAge: '10h', rolling })
      await logIn()
      for (let hour = 1; hour < 10; hour++) {
        await later(hour * 3600, async () => {
          expect((await ask('GET')).json.expiresIn).toBeCloseTo(36_000 - hour * 3600, -1)
          expect(operations).toEqual(['find'])
        })
      }
      await later(36_001, async () => {
        expect((await ask('GET')).json).toEqual({ state: 'ended', userId: null, expiresIn: null, idleIn: null })
      })
    }
  })

  it('a GET reports a revoked session as ended, and a forged cookie as anonymous', async () => {
    const { ask, logIn, browser, sessions } = setUp()
    await logIn()
    await sessions.revokeUser('7')
    expect((await ask('GET')).json.state).toBe('ended')
    browser.cookies = { session: 'v1.forged' }
    expect((await ask('GET')).json.state).toBe('anonymous')
  })

  it('a GET with a token that was just replaced receives a 503, because the session has not ended', async () => {
    const { ask, logIn, browser, sessions } = setUp()
    await logIn()
    const { cookies } = browser
    await browser.visit(async () => (await sessions.getSession()).cycleKey())
    browser.cookies = cookies
    expect((await ask('GET')).status).toBe(503)
  })

  it('a GET receives a 503 if the store fails', async () => {
    const { ask, logIn } = setUp({
      store: { ...watch(memoryStore()).store, find: () => Promise.reject(new Error('down')) },
    })
    await logIn()
    const { status, json } = await ask('GET')
    expect([status, json]).toEqual([503, { error: { code: 'STORE_FAILED', message: expect.any(String) } }])
    vi.mocked(console.error).mockClear() // the handler logs why
  })

  it('a GET reports no idle time if the expiry is fixed or has reached absoluteMaxAge', async () => {
    const { ask, browser, sessions, logIn } = setUp({ maxAge: '2h', absoluteMaxAge: '1h' })
    await logIn()
    expect((await ask('GET')).json).toMatchObject({ expiresIn: 3600, idleIn: null })
    const fixed = setUp()
    await fixed.browser.visit(async () => (await fixed.sessions.getSession()).login('7', { expiry: new Date(start + 60_000) }))
    expect((await fixed.ask('GET')).json).toMatchObject({ expiresIn: 60, idleIn: null })
    expect(await browser.visit(async () => (await sessions.view(() => ({}))).idle)).toBeNull()
  })
})

describe('a POST of the status', () => {
  it('a POST extends the session in steps of a tenth of its lifetime, and never in between', async () => {
    const { ask, browser, sessions, operations, logIn } = setUp()
    await logIn()
    await browser.visit(async () => (await sessions.getSession()).setExpiry(90))
    await later(8, async () => {
      expect((await ask('POST')).json).toMatchObject({ expiresIn: 82, idleIn: 82 })
      expect(operations).toEqual(['find'])
    })
    await later(60, async () => {
      expect((await ask('POST')).json).toEqual({ state: 'active', userId: '7', expiresIn: 90, idleIn: 90 })
      expect(operations).toEqual(['find', 'update'])
      await ask('POST')
      expect(operations).toEqual(['find'])
    })
    await later(140, async () => expect((await ask('GET')).json).toMatchObject({ state: 'active', expiresIn: 10 }))
  })

  it('a POST never extends a session beyond absoluteMaxAge', async () => {
    const { ask, logIn } = setUp({ maxAge: '1h', absoluteMaxAge: '90m' })
    await logIn()
    await later(3000, async () => {
      expect((await ask('POST')).json).toEqual({ state: 'active', userId: '7', expiresIn: 2400, idleIn: null })
    })
  })

  it('a POST receives a 409 if the session has ended, and writes nothing for an anonymous visitor', async () => {
    const { ask, logIn, sessions, operations } = setUp()
    expect([(await ask('POST')).status, operations]).toEqual([200, []])
    await logIn()
    await sessions.revokeUser('7')
    const { status, json, setCookies } = await ask('POST')
    expect([status, json.state, setCookies]).toEqual([409, 'ended', []])
  })

  it('a POST from another site is rejected, and a GET is not', async () => {
    const { ask, logIn } = setUp()
    await logIn()
    expect((await ask('POST', { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await ask('GET', { 'sec-fetch-site': 'cross-site' })).status).toBe(200)
  })

  it('a POST sends the cookie only if its value changes: always with cookieStore, never with a token', async () => {
    for (const [store, count] of [
      [memoryStore({ now: () => now }), 0],
      [cookieStore({ now: () => now }), 1],
    ] as const) {
      now = start
      const { ask, logIn } = setUp({ store, maxAge: '1h' })
      await logIn()
      await later(1800, async () => {
        const { json, setCookies } = await ask('POST')
        expect([json.expiresIn, setCookies.length]).toEqual([3600, count])
        expect((await ask('GET')).setCookies).toEqual([])
      })
      await later(5000, async () => expect((await ask('GET')).json.state).toBe('active'))
    }
  })

  it('a POST can be passed to the handler itself, too', async () => {
    const { handler, browser } = setUp()
    const response = await browser.visit(() => handler(new Request('http://localhost/', { method: 'POST', headers: own })))
    expect(await response.json()).toMatchObject({ state: 'anonymous' })
  })
})

describe('sessions.view', () => {
  it('a view contains the chosen values, the user, the remaining time and the login, and nothing else', async () => {
    const { sessions, browser, logIn } = setUp({ maxAge: '1h' })
    const view = () => browser.visit(() => sessions.view((session) => ({ name: session.get('name') })))
    expect(await view()).toEqual({ userId: null, isAnonymous: true, expiresIn: null, authenticatedAt: null, idle: null })
    await logIn()
    await browser.visit(async () => (await sessions.getSession()).set({ name: 'Ada', hidden: 'yes' }))
    expect(await view()).toEqual({
      name: 'Ada',
      userId: '7',
      isAnonymous: false,
      expiresIn: 3600,
      authenticatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      idle: { seconds: 3600, stepSeconds: 300 },
    })
  })

  it('a view cannot replace the library’s own values', async () => {
    const { sessions, browser } = setUp()
    const view = await browser.visit(() => sessions.view(() => ({ userId: 'forged', isAnonymous: false })))
    expect(view).toMatchObject({ userId: null, isAnonymous: true })
  })
})
