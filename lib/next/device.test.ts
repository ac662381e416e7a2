import { createSessions, type ServerOptions, type SessionEvent } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { createGuard } from 'coatcheck/middleware'
import { memoryStore } from 'coatcheck/testing'
import { type NextFetchEvent, NextRequest } from 'next/server.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aDeviceKey, BoundBrowser } from '../../test/device'

const shared = { secret: 'a secret for tests, 32 characters', deviceBinding: true }
const minutes = 60_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2030, 0, 1) })
})
afterEach(() => {
  vi.useRealTimers()
})
const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds)

/** An app, a browser that has logged in as user 7, and the events since. */
async function anApp(more: Partial<ServerOptions> = {}) {
  const events: SessionEvent[] = []
  const onEvent = (event: SessionEvent) => void events.push(event)
  const store = memoryStore()
  const sessions = createSessions<{ a: number }>({ ...shared, store, autoClear: false, onEvent, ...more })
  const browser = new BoundBrowser()
  await browser.visit(async () => (await sessions.getSession()).login('7'))
  const userOf = (who: BoundBrowser, headers = {}) => who.read(async () => (await sessions.getSession()).userId, headers)
  return { sessions, store, browser, events, userOf }
}

/** The same, but with a bound session, after the grace period. */
async function aBoundApp(more: Partial<ServerOptions> = {}) {
  const app = await anApp(more)
  const challenge = await app.browser.invitation(shared)
  expect((await app.browser.register(app.sessions, challenge ?? '')).status).toBe(200)
  pass(11_000)
  app.events.length = 0
  return app
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    ({ code, status }) => `${code} ${status}`,
  )

describe('binding', () => {
  it('after a login the guard invites the browser, which registers a key and receives the device cookie', async () => {
    const { sessions, browser, events, userOf } = await anApp()
    const challenge = await browser.invitation(shared)
    const response = await browser.register(sessions, challenge ?? '')
    expect(response.status).toBe(200)
    expect(response.headers.get('set-cookie')).toMatch(
      /^session-device=[\w-]+\.\d+\.[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toMatchObject({
      session_identifier: expect.stringMatching(/^[0-9a-f-]{36}~[\w-]{43}$/),
      refresh_url: '/api/session/device',
      credentials: [{ type: 'cookie', name: 'session-device', attributes: 'Path=/; HttpOnly; SameSite=Lax' }],
      allowed_refresh_initiators: ['*'],
    })
    expect(events.at(-1)).toMatchObject({ type: 'bound', userId: '7' })
    expect(await userOf(browser)).toBe('7')
    expect(await browser.read(async () => (await sessions.getSession()).deviceBound)).toBe(true)
    expect(await browser.invitation(shared), 'it has a proof now').toBeNull()
  })

  it('an anonymous visitor, a browser that skipped a renewal, and an app without the option are not invited', async () => {
    const { sessions, browser } = await anApp()
    const anonymous = new BoundBrowser()
    await anonymous.visit(async () => (await sessions.getSession()).set('a', 1))
    expect(await anonymous.invitation(shared)).toBeNull()
    expect(await browser.invitation(shared, { 'secure-session-skipped': 'unreachable' })).toBeNull()
    expect(await browser.invitation({ secret: shared.secret })).toBeNull()
  })

  it('no shared cache stores an invitation, and prefetches and files carry none', async () => {
    const { browser } = await anApp()
    const invited = async (more: Record<string, string>) => {
      const request = new NextRequest('https://localhost/', { headers: browser.headers(more) })
      const { headers } = await createGuard(shared, { protect: ['/account'] })(request, {} as NextFetchEvent)
      return [headers.has('secure-session-registration'), headers.get('cache-control')]
    }
    for (const dest of ['document', 'empty']) expect(await invited({ 'sec-fetch-dest': dest })).toEqual([true, 'private, no-store'])
    expect(await invited({ 'sec-purpose': 'prefetch' })).toEqual([false, null])
    expect(await invited({ 'sec-fetch-dest': 'image' })).toEqual([false, null])
  })

  it('a session is bound only within a minute of its login', async () => {
    const { sessions, browser, userOf } = await anApp()
    pass(61_000)
    const challenge = await browser.invitation(shared)
    expect((await browser.register(sessions, challenge ?? '')).status).toBe(400)
    pass(11_000)
    expect(await userOf(browser), 'the session stays as it is').toBe('7')
  })

  it('after a registration that came too late, the guard invites the browser only after the next login', async () => {
    const { sessions, browser } = await anApp()
    pass(61_000)
    await browser.register(sessions, (await browser.invitation(shared)) ?? '')
    expect(await browser.invitation(shared)).toBeNull()
    await browser.read(async () => (await sessions.getSession()).login('7'))
    expect((await browser.register(sessions, (await browser.invitation(shared)) ?? '')).status).toBe(200)
  })

  it('after a revocation, the guard invites the browser once, and then only after the next login', async () => {
    const { sessions, browser } = await aBoundApp()
    await sessions.revokeUser('7')
    pass(10 * minutes)
    expect((await browser.register(sessions, (await browser.invitation(shared)) ?? '')).status).toBe(400)
    expect(await browser.invitation(shared)).toBeNull()
    await browser.read(async () => (await sessions.getSession()).login('7'))
    expect((await browser.register(sessions, (await browser.invitation(shared)) ?? '')).status).toBe(200)
  })

  it('a registration for the session before a login is refused, and the session of the login is still invited', async () => {
    const { sessions, browser } = await anApp()
    const former = await browser.invitation(shared)
    await browser.read(async () => (await sessions.getSession()).login('8'))
    expect((await browser.register(sessions, former ?? '')).status).toBe(400)
    expect((await browser.register(sessions, (await browser.invitation(shared)) ?? '')).status).toBe(200)
  })

  it('cookies that a sibling domain has planted do not stop the invitations', async () => {
    const { browser } = await anApp()
    const [[name, token] = []] = Object.entries(browser.cookies)
    const planted = [`${name}=planted-16-chars`, `${name}-unbound=planted-16-chars`]
    const cookie = [...planted, `${name}=${token}`].join('; ')
    expect(await browser.invitation(shared, { cookie })).not.toBeNull()
  })

  it('if two documents register two keys at once, the second replaces the first, which cannot be renewed', async () => {
    const { sessions, browser, userOf } = await anApp()
    const [first, second] = [await browser.invitation(shared), await browser.invitation(shared)]
    const other = new BoundBrowser(browser.cookies)
    expect((await other.register(sessions, first ?? '')).status).toBe(200)
    expect((await browser.register(sessions, second ?? '')).status).toBe(200)
    pass(11_000)
    expect(await userOf(browser)).toBe('7')
    expect((await other.refresh(sessions)).status).toBe(401)
    expect((await browser.refresh(sessions)).status).toBe(200)
  })

  it('a late registration of the bound browser is refused without an event, because no other device has sent it', async () => {
    const { sessions, browser, events, userOf } = await anApp()
    const [first, late] = [await browser.invitation(shared), await browser.invitation(shared)]
    await browser.register(sessions, first ?? '')
    pass(11_000)
    events.length = 0
    const response = await new BoundBrowser(browser.cookies).register(sessions, late ?? '')
    expect([response.status, response.headers.get('set-cookie'), events]).toEqual([400, null, []])
    expect(await userOf(browser)).toBe('7')
    expect((await browser.refresh(sessions)).status).toBe(200)
  })

  it('requests that were sent before the registration are accepted for ten seconds', async () => {
    const { sessions, browser, userOf } = await anApp()
    const before = new BoundBrowser(browser.cookies)
    await browser.register(sessions, (await browser.invitation(shared)) ?? '')
    expect(await userOf(before)).toBe('7')
    pass(11_000)
    expect(await userOf(before)).toBeNull()
  })

  it('a forged, foreign, old or repeated registration is rejected', async () => {
    const { sessions, browser } = await anApp()
    const challenge = (await browser.invitation(shared)) ?? ''
    const device = await aDeviceKey()
    const post = async (jwt: string) => (await browser.post(sessions, { 'secure-session-response': jwt })).status
    const forged = challenge.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))
    expect(await post(await device.prove(forged)), 'forged challenge').toBe(400)
    expect(await post(await device.sign(device.header, { jti: challenge })), 'no key').toBe(400)
    const other = await aDeviceKey()
    expect(await post(await device.sign({ ...device.header, jwk: other.jwk }, { jti: challenge })), 'signed by another key').toBe(
      401,
    )
    expect(await post('')).toBe(400)
    const { cookies } = browser
    expect(await post(await device.prove(cookies['session-device'] ?? ''))).toBe(400)
    pass(6 * minutes)
    expect(await post(await device.prove(challenge)), 'old challenge').toBe(400)
  })
})

describe('theft', () => {
  it('all cookies of a bound session are useless after the lifetime, a thief cannot bind it, and the victim continues', async () => {
    const { sessions, browser, events, userOf } = await aBoundApp()
    const thief = new BoundBrowser(browser.cookies)
    expect(await userOf(thief), 'within the lifetime').toBe('7')
    pass(10 * minutes)
    expect(await userOf(thief)).toBeNull()
    const rejection = { type: 'rejected', reason: 'device', id: browser.sessionId.split('~')[0], userId: '7' }
    expect(events, 'the event names the session').toEqual([rejection])
    const challenge = await thief.invitation(shared)
    expect((await thief.register(sessions, challenge ?? '')).status).toBe(400)
    expect(events).toEqual([rejection, rejection])
    expect((await browser.refresh(sessions)).status).toBe(200)
    expect(await userOf(browser)).toBe('7')
    expect(await userOf(thief)).toBeNull()
  })

  it('a writer of an unproven request rejects, sends no cookie and creates no session', async () => {
    const { sessions, browser, store } = await aBoundApp()
    pass(10 * minutes)
    const request = { headers: browser.headers(), context: 'action' as const }
    const write = () => browser.request(async () => codeOf((await sessions.getSession()).set('a', 1)), request)
    const { value, setCookies } = await write()
    expect(value).toBe('DEVICE_UNPROVEN 401')
    expect(setCookies.filter(({ name }) => name !== 'session-refresh')).toEqual([])
    expect(await store.count({})).toBe(1)
    const skipped = { headers: browser.headers({ 'secure-session-skipped': 'unreachable' }) }
    const during = await browser.request(async () => codeOf((await sessions.getSession()).set('a', 1)), skipped)
    expect(during.value, 'the device handler failed').toBe('DEVICE_UNPROVEN 503')
  })

  it('the guard with a store redirects an unproven visitor, and gives the session to the app’s middleware only with a proof', async () => {
    const { store, browser } = await aBoundApp()
    const visitors: unknown[] = []
    const guard = createGuard(shared, { store, next: (_request, _event, visitor) => void visitors.push(visitor) })
    const statusOf = async () => {
      const request = new NextRequest('https://localhost/account', { headers: browser.headers() })
      return (await guard(request, {} as NextFetchEvent)).status
    }
    expect(await statusOf()).toBe(200)
    pass(10 * minutes)
    expect(await statusOf()).toBe(307)
    expect(visitors).toEqual([{ loggedIn: true, session: { id: expect.any(String), userId: '7', data: {} } }])
  })

  it('a login on an unproven request replaces the session, and the new one can be bound', async () => {
    const { sessions, browser, store, userOf } = await aBoundApp()
    pass(10 * minutes)
    await browser.read(async () => (await sessions.getSession()).login('7'))
    expect(await store.count({})).toBe(1)
    expect(await userOf(browser)).toBe('7')
    expect((await browser.register(sessions, (await browser.invitation(shared)) ?? '')).status).toBe(200)
  })

  it('logout on an unproven request deletes the session and clears both cookies', async () => {
    const { sessions, browser, store } = await aBoundApp()
    pass(10 * minutes)
    await browser.read(async () => (await sessions.getSession()).logout())
    expect(await store.count({})).toBe(0)
    expect(browser.cookies).toEqual({})
  })
})

describe('renewal', () => {
  it('cycleKey and a login of the same user keep the binding', async () => {
    const { sessions, browser, userOf } = await aBoundApp()
    await browser.read(async () => (await sessions.getSession()).cycleKey())
    await browser.read(async () => (await sessions.getSession()).login('7'))
    expect(await browser.read(async () => (await sessions.getSession()).deviceBound)).toBe(true)
    pass(10 * minutes)
    expect(await userOf(browser)).toBeNull()
    expect((await browser.refresh(sessions)).status).toBe(200)
    expect(await userOf(browser)).toBe('7')
  })

  it('the proof of the previous user does not open the session of the next user, which is not bound yet', async () => {
    const { sessions, browser } = await aBoundApp()
    await browser.read(async () => (await sessions.getSession()).login('8'))
    expect(await browser.read(async () => (await sessions.getSession()).deviceBound)).toBe(false)
    expect(await browser.invitation(shared), 'another id').not.toBeNull()
  })

  it('after logout or revocation, the response makes the browser forget the session', async () => {
    const { sessions, browser } = await aBoundApp()
    await sessions.revokeUser('7')
    const response = await browser.refresh(sessions)
    expect([response.status, await response.json()]).toEqual([200, { session_identifier: browser.sessionId, continue: false }])
  })

  it('a renewal needs the key of the session and a fresh challenge for it', async () => {
    const { sessions, browser, events } = await aBoundApp()
    const id = { 'sec-secure-session-id': `"${browser.sessionId}"` }
    const asked = await browser.post(sessions, id)
    expect([asked.status, asked.headers.get('secure-session-challenge')]).toEqual([403, expect.stringContaining(browser.sessionId)])
    const [, challenge = ''] = /^"([^"]*)"/.exec(asked.headers.get('secure-session-challenge') ?? '') ?? []
    const thief = await aDeviceKey()
    const proof = { ...id, 'secure-session-response': await thief.sign(thief.header, { jti: challenge }) }
    expect((await browser.post(sessions, proof)).status, 'another key').toBe(401)
    expect(events).toEqual([{ type: 'rejected', reason: 'device', id: browser.sessionId.split('~')[0], userId: '7' }])
    pass(6 * minutes)
    expect((await browser.post(sessions, proof)).status, 'an old challenge').toBe(403)
    expect((await browser.post(sessions, { 'sec-secure-session-id': '"junk"' })).status).toBe(200)
    expect((await browser.post(sessions, { 'sec-secure-session-id': `"${browser.sessionId}x"` })).status).toBe(401)
  })

  it('if the store fails, the handler responds with 503, so that the browser keeps its session', async () => {
    const store = memoryStore()
    const { sessions, browser } = await aBoundApp({ store })
    const list = vi.spyOn(store, 'list').mockRejectedValue(new Error('down'))
    expect((await browser.refresh(sessions)).status).toBe(503)
    expect(vi.mocked(console.error).mock.calls).toMatchObject([[{ code: 'STORE_FAILED' }]])
    vi.mocked(console.error).mockClear()
    list.mockRestore()
    expect((await browser.refresh(sessions)).status).toBe(200)
  })
})

describe('requireUser and options', () => {
  it('requireUser({ deviceBound: true }) rejects a session that is not bound', async () => {
    const { sessions, browser } = await anApp()
    const required = () => browser.read(async () => codeOf(sessions.requireUser({ deviceBound: true })))
    expect(await required()).toBe('DEVICE_UNPROVEN 401')
    await browser.register(sessions, (await browser.invitation(shared)) ?? '')
    expect(await required()).toBe('resolved')
  })

  it('requireUser({ deviceBound: true }) rejects with CONFIG_INVALID without the option, because no proof is checked', async () => {
    const { store, browser } = await aBoundApp()
    const { requireUser } = createSessions({ ...shared, deviceBinding: false, store })
    expect(await browser.read(async () => codeOf(requireUser({ deviceBound: true })))).toBe('CONFIG_INVALID 500')
  })

  it('the guard adds no invitation to the device handler’s responses, because the browser would repeat a refused registration', async () => {
    const { browser } = await anApp()
    const invitationOn = async (path: string) => {
      const request = new NextRequest(`https://localhost${path}`, { headers: browser.headers() })
      const { headers } = await createGuard(shared)(request, {} as NextFetchEvent)
      return headers.has('secure-session-registration')
    }
    expect([await invitationOn('/account'), await invitationOn('/api/session/device')]).toEqual([true, false])
  })

  it('the guard never redirects the device handler', async () => {
    const statusOf = async (path: string) => {
      const request = new NextRequest(`https://localhost${path}`, { method: 'POST' })
      return (await createGuard(shared)(request, {} as NextFetchEvent)).status
    }
    expect([await statusOf('/account'), await statusOf('/api/session/device')]).toEqual([303, 200])
  })

  it('wrong options are rejected with CONFIG_INVALID', async () => {
    const codes = async (more: Partial<ServerOptions>) => {
      const sessions = createSessions({ ...shared, store: memoryStore(), ...more })
      return codeOf(new BoundBrowser().visit(async () => (await sessions.getSession()).id))
    }
    expect(await codes({ store: cookieStore() })).toBe('CONFIG_INVALID 500')
    expect(await codes({ deviceBinding: { path: 'device' } })).toBe('CONFIG_INVALID 500')
    expect(await codes({ deviceBinding: { lifetime: 0 } })).toBe('CONFIG_INVALID 500')
  })
})
