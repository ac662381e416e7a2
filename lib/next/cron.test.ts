import { createSessions, type SessionEvent } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { memoryStore } from 'coatcheck/testing'
import { describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../test/browser'

const cronSecret = 'sixteen characte'
const appSecret = 'a secret for tests, 32 characters'

/** Returns sessions in memory, of which `count` have expired and one is live. */
async function withExpired(count: number) {
  let now = Date.now()
  const events: SessionEvent[] = []
  const onEvent = (event: SessionEvent) => void events.push(event)
  const store = memoryStore({ now: () => now })
  const sessions = createSessions<{ a: number }>({
    secret: appSecret,
    store,
    maxAge: 60,
    autoClear: false,
    onEvent,
  })
  const newSession = () => new FakeBrowser().request(async () => (await sessions.getSession()).set('a', 1))
  for (let i = 0; i < count; i++) await newSession()
  now += 61_000
  await newSession()
  return { sessions, store, events }
}

const call = (authorization?: string, method = 'GET') =>
  new Request('http://localhost/api/cron', { method, headers: authorization === undefined ? {} : { authorization } })

describe('sessions.clearExpiredHandler', () => {
  it.each(['GET', 'POST'])('a %s request deletes the expired sessions and responds with their number', async (method) => {
    const { sessions, events } = await withExpired(3)
    const response = await sessions.clearExpiredHandler({ secret: cronSecret })(call(`Bearer ${cronSecret}`, method))
    expect([response.status, await response.json()]).toEqual([200, { deleted: 3, done: true }])
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(events.at(-1)).toMatchObject({ type: 'expired', count: 3 })
    expect(await sessions.list()).toHaveLength(1)
  })

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer undefined',
    cronSecret,
    `bearer ${cronSecret}`,
    `Bearer ${cronSecret}x`,
    `Bearer ${cronSecret.slice(0, -1)}`,
    `Basic ${cronSecret}`,
  ])('a request with the Authorization header %j gets 401 and deletes nothing', async (authorization) => {
    const { sessions } = await withExpired(1)
    const response = await sessions.clearExpiredHandler({ secret: cronSecret })(call(authorization))
    expect([response.status, await response.json()]).toEqual([
      401,
      { error: { code: 'UNAUTHENTICATED', message: expect.not.stringContaining(cronSecret) } },
    ])
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(await sessions.list()).toHaveLength(2)
  })

  it.each([undefined, '', 'short', 'fifteen charact'])(
    'a handler with the secret %j responds to every request with CONFIG_INVALID and deletes nothing',
    async (secret) => {
      const log = vi.mocked(console.error).mockImplementation(() => {})
      const { sessions } = await withExpired(1)
      const handler = sessions.clearExpiredHandler({ secret })
      for (const authorization of [undefined, `Bearer ${secret}`, 'Bearer ', 'Bearer undefined']) {
        const response = await handler(call(authorization))
        expect([response.status, (await response.json()).error.code]).toEqual([500, 'CONFIG_INVALID'])
      }
      expect(await sessions.list()).toHaveLength(2)
      expect(String(log.mock.calls[0])).toContain('set CRON_SECRET')
      log.mockClear()
    },
  )

  it('a call stops between two batches when its time is over and responds that sessions remain', async () => {
    const { sessions, store } = await withExpired(5)
    const { clearExpired } = store
    const handler = sessions.clearExpiredHandler({ secret: cronSecret, batchSize: 1, timeLimit: 0.001 })
    // Each batch takes longer than the time limit of the call.
    const slow = vi.spyOn(store, 'clearExpired').mockImplementation(async (limit) => {
      const started = performance.now()
      await vi.waitUntil(() => performance.now() > started + 20, { interval: 2 })
      return clearExpired.call(store, limit)
    })
    expect(await (await handler(call(`Bearer ${cronSecret}`))).json()).toEqual({ deleted: 1, done: false })
    expect(slow).toHaveBeenCalledTimes(1)
    slow.mockRestore()
    const next = sessions.clearExpiredHandler({ secret: cronSecret })
    expect(await (await next(call(`Bearer ${cronSecret}`))).json()).toEqual({ deleted: 4, done: true })
  })

  it.each([0, -1, '2 days', 100_000])('a handler with the invalid time limit %j responds with status 500', async (timeLimit) => {
    const log = vi.mocked(console.error).mockImplementation(() => {})
    const { sessions } = await withExpired(1)
    const handler = sessions.clearExpiredHandler({ secret: cronSecret, timeLimit: timeLimit as number })
    expect((await handler(call(`Bearer ${cronSecret}`))).status).toBe(500)
    expect(String(log.mock.calls[0])).toContain('timeLimit is')
    log.mockClear()
  })

  it('a cookie store has no sessions to delete, so the handler responds with 0', async () => {
    const sessions = createSessions({ secret: appSecret, store: cookieStore() })
    const response = await sessions.clearExpiredHandler({ secret: cronSecret })(call(`Bearer ${cronSecret}`))
    expect(await response.json()).toEqual({ deleted: 0, done: true })
  })

  it('an error of the store becomes STORE_FAILED with status 503, without its text', async () => {
    const log = vi.mocked(console.error).mockImplementation(() => {})
    const store = memoryStore()
    vi.spyOn(store, 'clearExpired').mockRejectedValue(new Error('the password is hunter2'))
    const response = await createSessions({ secret: appSecret, store }).clearExpiredHandler({ secret: cronSecret })(
      call(`Bearer ${cronSecret}`),
    )
    const text = await response.text()
    expect([response.status, text.includes('STORE_FAILED'), text.includes('hunter2')]).toEqual([503, true, false])
    log.mockClear()
  })
})
