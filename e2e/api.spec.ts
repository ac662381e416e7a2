import type { CountingProxy } from './counting-proxy'
import { expect, expectSilence, testOnPostgres as test } from './fixtures'
import { type AppServer, startServer } from './server'
import { cookieName, Visitor, type VisitorResponse } from './visitor'

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const anonymous = { id: null, isNew: true, userId: null, data: {}, expiresAt: null }
const day = 86_400_000

test.describe('reading', () => {
  test('GET /api/session returns an empty, unsaved session to an anonymous visitor and sets no cookie', async ({ visitor }) => {
    const response = await visitor.get('/api/session')
    expect(response.status).toBe(200)
    expect(response.json).toEqual(anonymous)
    expect(response.setCookies).toEqual([])
  })

  test('GET /api/session returns id, isNew, userId, data and expiresAt, and nothing more', async ({ visitor }) => {
    const before = Date.now()
    await visitor.patch({ name: 'Ada', list: [1, { a: null }] })
    const response = await visitor.get('/api/session')
    expect(response.json).toEqual({
      id: expect.stringMatching(uuidV7),
      isNew: false,
      userId: null,
      data: { name: 'Ada', list: [1, { a: null }] },
      expiresAt: expect.any(String),
    })
    const { expiresAt } = sessionOf(response)
    expect(new Date(expiresAt ?? '').toISOString()).toBe(expiresAt)
    expect(Date.parse(expiresAt ?? '')).toBeGreaterThanOrEqual(before + 14 * day)
    expect(Date.parse(expiresAt ?? '')).toBeLessThanOrEqual(Date.now() + 14 * day)
    expect(response.setCookies).toEqual([])
  })
})

test.describe('writing', () => {
  test('PATCH /api/session merges top-level keys and replaces nested objects', async ({ visitor }) => {
    await visitor.patch({ a: 1, b: { x: 1 } })
    const response = await visitor.patch({ b: { y: 2 }, c: null })
    expect(response.status).toBe(200)
    expect(sessionOf(response).data).toEqual({ a: 1, b: { y: 2 }, c: null })
    expect(sessionOf(await visitor.get('/api/session')).data).toEqual({ a: 1, b: { y: 2 }, c: null })
  })

  test('PATCH /api/session creates a session and sets one cookie with Secure, HttpOnly, SameSite=Lax and Path=/', async ({
    visitor,
  }) => {
    const response = await visitor.patch({ a: 1 })
    expect(sessionOf(response)).toMatchObject({ id: expect.stringMatching(uuidV7), isNew: true, data: { a: 1 } })
    expect(response.setCookies).toHaveLength(1)
    const [value, ...attributes] = (response.setCookies[0] ?? '').split('; ')
    expect(value).toMatch(/^__Host-session=v1(\.[\w-]+){5}$/)
    const names = attributes.map((attribute) => attribute.toLowerCase())
    expect(names).toEqual(expect.arrayContaining(['path=/', 'secure', 'httponly', 'samesite=lax']))
    expect(attributes.filter((attribute) => attribute.startsWith('Domain'))).toEqual([])
    // A browser stores a cookie for at most 400 days. The row decides when the session expires.
    const maxAge = Number(attributes.find((attribute) => attribute.startsWith('Max-Age='))?.slice(8))
    expect(maxAge).toBeGreaterThan(399 * 86_400)
    expect(maxAge).toBeLessThanOrEqual(400 * 86_400)
  })

  test('PATCH /api/session sets no cookie if the session exists', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    expect((await visitor.patch({ b: 2 })).setCookies).toEqual([])
  })

  test('PATCH /api/session with an empty object creates no session', async ({ visitor }) => {
    const response = await visitor.patch({})
    expect(response.json).toEqual(anonymous)
    expect(response.setCookies).toEqual([])
  })

  test('no key of 20 parallel PATCH requests, each with one key, is lost', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    const keys = Array.from({ length: 20 }, (_, index) => `key${index}`)
    await Promise.all(keys.map((key) => visitor.clone().patch({ [key]: key })))
    const { data } = sessionOf(await visitor.get('/api/session'))
    expect(data).toEqual({ a: 1, ...Object.fromEntries(keys.map((key) => [key, key])) })
  })
})

test.describe('deleting', () => {
  test('DELETE /api/session with a key deletes that key and sets no cookie', async ({ visitor }) => {
    await visitor.patch({ a: 1, b: 2, 'a key & more': 3 })
    const response = await visitor.delete('/api/session?key=a')
    expect(sessionOf(response).data).toEqual({ b: 2, 'a key & more': 3 })
    expect(response.setCookies).toEqual([])
    await visitor.delete(`/api/session?key=${encodeURIComponent('a key & more')}`)
    expect(sessionOf(await visitor.get('/api/session')).data).toEqual({ b: 2 })
  })

  test('DELETE /api/session with an unknown key changes nothing', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    const response = await visitor.delete('/api/session?key=b')
    expect(response.status).toBe(200)
    expect(sessionOf(response).data).toEqual({ a: 1 })
  })

  test('DELETE /api/session with an invalid key returns 400', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    expectError(await visitor.delete('/api/session?key=%00'), 400, 'DATA_INVALID')
    expect(sessionOf(await visitor.get('/api/session')).data).toEqual({ a: 1 })
  })

  test('DELETE /api/session without a key deletes the session and removes the cookie', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    const thief = visitor.clone()
    const response = await visitor.delete('/api/session')
    expect(response.json).toEqual(anonymous)
    expectCleared(response)
    expect((await thief.get('/api/session')).json).toEqual(anonymous)
  })

  test('DELETE /api/session of an anonymous visitor sets no cookie', async ({ visitor }) => {
    const response = await visitor.delete('/api/session')
    expect(response.json).toEqual(anonymous)
    expect(response.setCookies).toEqual([])
  })
})

test.describe('incrementing', () => {
  test('POST /api/session/increment adds to a number and starts at 0', async ({ visitor }) => {
    expect(sessionOf(await visitor.post('/api/session/increment', { key: 'n', by: 5 })).data).toEqual({ n: 5 })
    const response = await visitor.post('/api/session/increment', { key: 'n', by: -2 })
    expect(sessionOf(response).data).toEqual({ n: 3 })
    expect(response.setCookies).toEqual([])
  })

  test('no increment of 50 parallel POST /api/session/increment requests is lost', async ({ visitor }) => {
    await visitor.patch({ n: 0 })
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => visitor.clone().post('/api/session/increment', { key: 'n', by: 1 })),
    )
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200))
    expect(sessionOf(await visitor.get('/api/session')).data).toEqual({ n: 50 })
  })

  test('POST /api/session/increment rejects values that are not numbers and changes nothing', async ({ visitor }) => {
    await visitor.patch({ name: 'Ada' })
    expectError(await visitor.post('/api/session/increment', { key: 'name', by: 1 }), 400, 'DATA_INVALID')
    expectError(await visitor.post('/api/session/increment', { key: 'n', by: '1' }), 400, 'DATA_INVALID')
    expectError(await visitor.post('/api/session/increment', { by: 1 }), 400, 'DATA_INVALID')
    expect(sessionOf(await visitor.get('/api/session')).data).toEqual({ name: 'Ada' })
  })
})

test.describe('rotating', () => {
  test('POST /api/session/cycle rotates the token of the session, and the old token is rejected at once', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    const thief = visitor.clone()
    const { id } = sessionOf(await visitor.get('/api/session'))
    const response = await visitor.post('/api/session/cycle')
    expect(sessionOf(response)).toMatchObject({ id, data: { a: 1 } })
    expect(response.setCookies).toHaveLength(1)
    expect(visitor.token).not.toBe(thief.token)
    expect(sessionOf(await visitor.get('/api/session'))).toMatchObject({ id, data: { a: 1 } })
    const refused = await thief.get('/api/session')
    expect(refused.json).toEqual(anonymous)
    expect(refused.setCookies).toEqual([])
  })

  test('POST /api/session/cycle of an anonymous visitor creates no session', async ({ visitor }) => {
    const response = await visitor.post('/api/session/cycle')
    expect(response.json).toEqual(anonymous)
    expect(response.setCookies).toEqual([])
  })
})

test.describe('expiring', () => {
  for (const [value, seconds] of [
    [3600, 3600],
    ['2h', 7200],
    [null, 14 * 86_400],
  ] as const) {
    test(`POST /api/session/expiry with ${value} expires the session ${seconds} seconds after the last activity`, async ({
      visitor,
    }) => {
      await visitor.patch({ a: 1 })
      const before = Date.now()
      const response = await visitor.post('/api/session/expiry', { value })
      const end = Date.parse(sessionOf(response).expiresAt ?? '')
      expect(end).toBeGreaterThanOrEqual(before + seconds * 1000)
      expect(end).toBeLessThanOrEqual(Date.now() + seconds * 1000)
    })
  }

  test('POST /api/session/expiry with 0 sets a cookie that the browser deletes when it closes', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    const response = await visitor.post('/api/session/expiry', { value: 0 })
    expect(response.setCookies).toHaveLength(1)
    expect(response.setCookies[0]).not.toMatch(/max-age|expires/i)
    expect(sessionOf(response).data).toEqual({ a: 1 })
  })

  test('POST /api/session/expiry with a date expires the session and the cookie at that date', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    const value = new Date(Date.now() + 2 * day).toISOString()
    const response = await visitor.post('/api/session/expiry', { value })
    expect(sessionOf(response).expiresAt).toBe(value)
    const [, maxAge] = /Max-Age=(\d+)/.exec(response.setCookies[0] ?? '') ?? []
    expect(Number(maxAge)).toBeLessThanOrEqual(2 * 86_400)
    expect(Number(maxAge)).toBeGreaterThan(2 * 86_400 - 60)
  })

  for (const value of ['2001-01-01T00:00:00.000Z', -1, -0.5]) {
    test(`POST /api/session/expiry with ${value}, which is in the past, deletes the session`, async ({ visitor }) => {
      await visitor.patch({ a: 1 })
      const thief = visitor.clone()
      const response = await visitor.post('/api/session/expiry', { value })
      expect(response.json).toEqual(anonymous)
      expectCleared(response)
      expect((await thief.get('/api/session')).json).toEqual(anonymous)
    })
  }

  test('a session expires by the clock of the database although its cookie is still valid', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    await visitor.post('/api/session/expiry', { value: 1 })
    expect(visitor.token).not.toBe('')
    await expect.poll(async () => (await visitor.get('/api/session')).json).toEqual(anonymous)
  })

  test('POST /api/session/expiry before the first write creates no session', async ({ visitor }) => {
    const response = await visitor.post('/api/session/expiry', { value: 3600 })
    expect(response.json).toEqual(anonymous)
    expect(response.setCookies).toEqual([])
  })
})

test.describe('logging in and out', () => {
  test('POST /api/login keeps id and data under a new token, and POST /api/logout deletes the session', async ({ visitor }) => {
    await visitor.patch({ cart: [{ id: 'scarf', quantity: 1 }] })
    const fixated = visitor.clone()
    const { id, data } = sessionOf(await visitor.get('/api/session'))
    const login = await visitor.post('/api/login', { username: 'demo', password: 'demo' })
    expect(login.status).toBe(200)
    expect(sessionOf(login)).toMatchObject({ id, data, userId: expect.any(String) })
    expect(login.setCookies).toHaveLength(1)
    expect((await fixated.get('/api/session')).json).toEqual(anonymous)
    const before = visitor.clone()
    const logout = await visitor.post('/api/logout')
    expect(logout.status).toBe(200)
    expect(logout.json).toEqual(anonymous)
    expectCleared(logout)
    expect((await before.get('/api/session')).json).toEqual(anonymous)
  })

  test('POST /api/login as another user creates a new session without the data of the old one', async ({ visitor }) => {
    await visitor.post('/api/login', { username: 'demo', password: 'demo' })
    await visitor.patch({ a: 1 })
    const first = visitor.clone()
    const { id, userId } = sessionOf(await visitor.get('/api/session'))
    const second = sessionOf(await visitor.post('/api/login', { username: 'admin', password: 'admin' }))
    expect(second.data).toEqual({})
    expect(second.id).not.toBe(id)
    expect(second.userId).not.toBe(userId)
    expect((await first.get('/api/session')).json).toEqual(anonymous)
  })

  test('POST /api/login with a wrong password or an unknown name returns 401 and changes nothing', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    for (const username of ['demo', 'nobody', '\u0000', "' or 1=1 --"]) {
      const response = await visitor.post('/api/login', { username, password: 'wrong' })
      expectError(response, 401, 'UNAUTHENTICATED')
      expect(response.setCookies).toEqual([])
    }
    expect(sessionOf(await visitor.get('/api/session'))).toMatchObject({ userId: null, data: { a: 1 } })
  })

  test('POST /api/login without name or password returns 400', async ({ visitor }) => {
    expectError(await visitor.post('/api/login', { username: 'demo' }), 400, 'DATA_INVALID')
    expectError(await visitor.post('/api/login', '['), 400, 'DATA_INVALID')
  })
})

test.describe('errors', () => {
  for (const [what, body] of [
    ['invalid JSON', '{"a":'],
    ['an empty body', ''],
    ['an array', [1]],
    ['a string', '"a"'],
    ['null', 'null'],
    ['U+0000 in a value', { a: 'x\u0000y' }],
    ['U+0000 in a key', { 'x\u0000y': 1 }],
    ['half of a surrogate pair', '{"a":"\\ud800"}'],
    ['the key __proto__', '{"__proto__":{"a":1}}'],
    ['a nested key __proto__', '{"a":{"__proto__":{"b":1}}}'],
    ['a reserved key', { _x: 1 }],
    ['a value nested deeper than 100 levels', `{"a":${'['.repeat(110)}${']'.repeat(110)}}`],
    ['an infinite number', '{"a":1e999}'],
  ] as const) {
    test(`PATCH /api/session with ${what} returns 400 and writes nothing`, async ({ visitor }) => {
      await visitor.patch({ name: 'Ada' })
      const response = await visitor.patch(body)
      expectError(response, 400, 'DATA_INVALID')
      expect(response.setCookies).toEqual([])
      expect(sessionOf(await visitor.get('/api/session')).data).toEqual({ name: 'Ada' })
    })
  }

  for (const value of ['soon', '2h30', 'NaN', {}, [], true, 1e12, '2026-13-01T00:00:00Z', undefined]) {
    test(`POST /api/session/expiry with ${JSON.stringify(value)} returns 400 and keeps the old expiry`, async ({ visitor }) => {
      await visitor.patch({ a: 1 })
      const { expiresAt } = sessionOf(await visitor.get('/api/session'))
      expectError(await visitor.post('/api/session/expiry', { value }), 400, 'DATA_INVALID')
      expect(sessionOf(await visitor.get('/api/session')).expiresAt).toBe(expiresAt)
    })
  }

  test('data of more than 64 KiB returns 413 and writes nothing, in one write or in several', async ({ visitor }) => {
    await visitor.patch({ name: 'Ada' })
    expectError(await visitor.patch({ much: 'x'.repeat(65_536) }), 413, 'DATA_TOO_LARGE')
    await visitor.patch({ half: 'x'.repeat(40_000) })
    expectError(await visitor.patch({ other: 'x'.repeat(40_000) }), 413, 'DATA_TOO_LARGE')
    expect(Object.keys(sessionOf(await visitor.get('/api/session')).data).sort()).toEqual(['half', 'name'])
  })

  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ]) {
    test(`a write with ${JSON.stringify(headers)} returns 403 and changes nothing`, async ({ visitor }) => {
      await visitor.patch({ name: 'Ada' })
      const writes = [
        { path: '/api/session', method: 'PATCH', body: { a: 1 } },
        { path: '/api/session', method: 'DELETE' },
        { path: '/api/session/increment', method: 'POST', body: { key: 'n', by: 1 } },
        { path: '/api/session/cycle', method: 'POST' },
        { path: '/api/session/expiry', method: 'POST', body: { value: 60 } },
        { path: '/api/login', method: 'POST', body: { username: 'demo', password: 'demo' } },
        { path: '/api/logout', method: 'POST' },
      ]
      for (const { path, ...sending } of writes) expectError(await visitor.send(path, { ...sending, headers }), 403, 'CROSS_SITE')
      expect(sessionOf(await visitor.get('/api/session'))).toMatchObject({ userId: null, data: { name: 'Ada' } })
    })
  }

  for (const site of ['same-origin', 'none']) {
    test(`a write with sec-fetch-site: ${site} succeeds`, async ({ visitor }) => {
      const response = await visitor.send('/api/session', { method: 'PATCH', body: { a: 1 }, headers: { 'sec-fetch-site': site } })
      expect(response.status).toBe(200)
    })
  }

  test('a read from another site succeeds', async ({ visitor }) => {
    expect((await visitor.get('/api/session', { 'sec-fetch-site': 'cross-site' })).status).toBe(200)
  })

  test('a write that is overtaken by a logout returns 409, sets no cookie and does not restore the session', async ({
    visitor,
    database,
    sibling,
  }) => {
    const late = await overtaken(
      { visitor, database, sibling, statement: /^update "sessions"/ },
      () => visitor.patch({ b: 2 }),
      (other) => other.post('/api/logout'),
    )
    expectError(late, 409, 'INTERRUPTED')
    expect(late.setCookies).toEqual([])
    expect((await visitor.get('/api/session')).json).toEqual(anonymous)
  })

  for (const [name, statement, send] of [
    ['a write', /^update "sessions"/, (visitor: Visitor) => visitor.patch({ b: 2 })],
    ['a rotation', /^update "sessions"/, (visitor: Visitor) => visitor.post('/api/session/cycle')],
  ] as const) {
    test(`${name} that is overtaken by a rotation returns 409, sets no cookie, and the rotated session stays valid`, async ({
      visitor,
      database,
      sibling,
    }) => {
      let rotated = visitor
      const late = await overtaken(
        { visitor, database, sibling, statement },
        () => send(visitor),
        async (other) => {
          rotated = other
          expect((await other.post('/api/session/cycle')).status).toBe(200)
        },
      )
      expectError(late, 409, 'INTERRUPTED')
      expect(late.setCookies).toEqual([])
      expect(sessionOf(await rotated.get('/api/session')).data).toEqual({ a: 1 })
    })
  }

  test('a logout that is overtaken by a rotation deletes the session', async ({ visitor, database, sibling }) => {
    let rotated = visitor
    const late = await overtaken(
      { visitor, database, sibling, statement: /^delete from "sessions"/ },
      () => visitor.post('/api/logout'),
      async (other) => {
        rotated = other
        expect((await other.post('/api/session/cycle')).status).toBe(200)
      },
    )
    expect([late.status, late.json]).toEqual([200, anonymous])
    expect((await rotated.get('/api/session')).json).toEqual(anonymous)
  })
})

test('every response is private, no-store and varies by Cookie, errors included', async ({ visitor }) => {
  const responses = [
    await visitor.get('/api/session'),
    await visitor.patch({ a: 1 }),
    await visitor.patch('['),
    await visitor.post('/api/session/increment', { key: 'n', by: 1 }),
    await visitor.post('/api/session/cycle'),
    await visitor.post('/api/session/expiry', { value: 60 }),
    await visitor.post('/api/login', { username: 'demo', password: 'wrong' }),
    await visitor.post('/api/login', { username: 'demo', password: 'demo' }),
    await visitor.post('/api/logout'),
    await visitor.delete('/api/session'),
  ]
  for (const { headers } of responses) {
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('vary')?.split(/,\s*/)).toContain('Cookie')
    expect(headers.get('content-type')).toBe('application/json')
  }
})

test.describe('hostile cookies', () => {
  const hostile: Readonly<Record<string, string>> = {
    'an empty value': '',
    'U+0000': '%00',
    quotes: '"\'"',
    '5,000 characters': 'v1.'.padEnd(5000, 'x'),
    'broken percent signs': '%E0%A4%A',
    'the right length but the wrong alphabet': `v1.${'!'.repeat(22)}.${'!'.repeat(22)}.9999999999.1.${'!'.repeat(43)}`,
    'the right form but no MAC': `v1.${'A'.repeat(22)}.${'A'.repeat(22)}.9999999999.1.${'A'.repeat(43)}`,
    SQL: "' or 1=1 --",
    'another version': `v2.${'A'.repeat(22)}.${'A'.repeat(22)}.9999999999.1.${'A'.repeat(43)}`,
    'the id of a session': '01a2006c-b436-72a5-896f-cc8b9caa3eee',
  }
  for (const [what, value] of Object.entries(hostile)) {
    test(`a visitor whose cookie has ${what} is anonymous and causes no query, and the value is never adopted`, async ({
      visitor,
      database,
    }) => {
      visitor.cookie = `${cookieName}=${value}`
      const before = database.statements.length
      for (const path of ['/api/session', '/', '/shop', '/login']) {
        const response = await visitor.get(path)
        expect(response.status, path).toBe(200)
        expect(response.setCookies).toEqual([])
      }
      expect((await visitor.get('/api/session')).json).toEqual(anonymous)
      expect(database.statements.slice(before)).toEqual([])
      const response = await visitor.patch({ a: 1 })
      expect(sessionOf(response)).toMatchObject({ isNew: true, data: { a: 1 } })
      expect(response.setCookies).toHaveLength(1)
      expect(visitor.token).not.toContain(value || 'x'.repeat(30))
    })
  }

  test('a visitor whose token was changed in any part, shortened or extended is anonymous and causes no query', async ({
    visitor,
    database,
  }) => {
    await visitor.patch({ a: 1 })
    const { token } = visitor
    const parts = token.split('.')
    const changed = parts.map((part, index) => parts.with(index, (part.startsWith('1') ? '2' : '1') + part.slice(1)).join('.'))
    const before = database.statements.length
    for (const value of [
      ...changed,
      token.slice(0, -1),
      `${token}A`,
      `${token}.`,
      `.${token}`,
      token.toUpperCase(),
      `${token}%20`,
    ]) {
      visitor.cookie = `${cookieName}=${value}`
      const response = await visitor.get('/api/session')
      expect(response.status, value).toBe(200)
      expect(response.json, value).toEqual(anonymous)
      expect(response.setCookies, value).toEqual([])
    }
    expect(database.statements.slice(before)).toEqual([])
  })

  test('a token with a different last character is rejected, although base64url ignores some of its bits', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    const { token } = visitor
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (const last of alphabet.replace(token.at(-1) ?? '', '')) {
      visitor.cookie = `${cookieName}=${token.slice(0, -1)}${last}`
      expect((await visitor.get('/api/session')).json, last).toEqual(anonymous)
    }
  })

  test('a token in a cookie without the __Host- prefix is ignored', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    visitor.cookie = `session=${visitor.token}`
    expect((await visitor.get('/api/session')).json).toEqual(anonymous)
  })

  test('the first valid one of several cookies with the same name is used', async ({ visitor }) => {
    await visitor.patch({ a: 1 })
    const good = visitor.cookie
    for (const cookie of [`${cookieName}=bad; ${good}`, `${good}; ${cookieName}=bad`]) {
      visitor.cookie = cookie
      expect(sessionOf(await visitor.get('/api/session')).data).toEqual({ a: 1 })
    }
  })
})

test('another server on the same database accepts the session only if it has the same secret', async ({
  visitor,
  database,
  sibling,
}) => {
  await visitor.patch({ a: 1 })
  const withOtherSecret = await startServer({ env: { DATABASE_DRIVER: 'pg', DATABASE_URL: database.url } })
  expect(sessionOf(await new Visitor(sibling.url, visitor.cookie).get('/api/session')).data).toEqual({ a: 1 })
  expect((await new Visitor(withOtherSecret.url, visitor.cookie).get('/api/session')).json).toEqual(anonymous)
  await withOtherSecret.stop()
  expectSilence(withOtherSecret)
})

interface Overtaking {
  readonly visitor: Visitor
  readonly database: CountingProxy
  readonly sibling: AppServer
  /** The statement of the late request that is delayed. */
  readonly statement: RegExp
}

/**
 * Creates a session, delays the request `late` at a statement, runs `act` on another server meanwhile, and returns the
 * late response.
 */
async function overtaken(
  { visitor, database, sibling, statement }: Overtaking,
  late: () => Promise<VisitorResponse>,
  act: (other: Visitor) => Promise<unknown>,
): Promise<VisitorResponse> {
  await visitor.patch({ a: 1 })
  const other = new Visitor(sibling.url, visitor.cookie)
  const slow = database.hold(statement)
  const response = late()
  await slow.caught
  await act(other)
  slow.release()
  return response
}

interface SessionJson {
  readonly id: string | null
  readonly isNew: boolean
  readonly userId: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly expiresAt: string | null
}

function sessionOf({ json }: VisitorResponse): SessionJson {
  return json as SessionJson
}

function expectError(response: VisitorResponse, status: number, code: string): void {
  expect(response.json).toEqual({ error: { code, message: expect.any(String) } })
  expect(response.status).toBe(status)
}

function expectCleared({ setCookies }: VisitorResponse): void {
  expect(setCookies).toHaveLength(1)
  expect(setCookies[0]).toMatch(/^__Host-session=;.*Max-Age=0/)
}
