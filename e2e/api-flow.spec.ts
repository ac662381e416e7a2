import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { Visitor, type VisitorResponse } from './visitor'

const anonymous = { id: null, isNew: true, userId: null, data: {}, expiresAt: null }

test('keys can be merged, incremented and deleted, and a response sets the cookie only if the cookie changes', {
  tag: '@engines',
}, async ({ visitor, engine }) => {
  const first = await visitor.patch({ a: 1, b: { x: 1 } })
  expect(first.setCookies).toHaveLength(1)
  const cookies = whyNot(engine, 'quiet-writes') ? 1 : 0
  for (const response of [
    await visitor.patch({ b: { y: 2 }, c: null }),
    await visitor.post('/api/session/increment', { key: 'n', by: 5 }),
    await visitor.delete('/api/session?key=a'),
  ]) {
    expect(response.status).toBe(200)
    expect(response.setCookies).toHaveLength(cookies)
  }
  expect(await dataOf(visitor)).toEqual({ b: { y: 2 }, c: null, n: 5 })
  expect((await visitor.get('/api/session')).setCookies).toEqual([])
})

test('no increment of 50 parallel ones is lost if requests share a session', { tag: '@engines' }, async ({ visitor, engine }) => {
  await visitor.patch({ n: 0 })
  const one = () => visitor.clone().post('/api/session/increment', { key: 'n', by: 1 })
  const responses = await Promise.all(Array.from({ length: 50 }, one))
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
  expect(await dataOf(visitor)).toEqual({ n: whyNot(engine, 'sharing') ? 0 : 50 })
})

test('a login keeps id and data and changes the cookie, a logout removes it, and old cookies stay valid only in engines that cannot revoke', {
  tag: '@engines',
}, async ({ visitor, engine }) => {
  await visitor.patch({ a: 1 })
  const fixated = visitor.clone()
  const { id } = sessionOf(await visitor.get('/api/session'))
  const login = await visitor.post('/api/login', { username: 'demo', password: 'demo' })
  expect(sessionOf(login)).toMatchObject({ id, data: { a: 1 }, userId: expect.any(String) })
  const { userId } = sessionOf(login)
  const kept = visitor.clone()
  const logout = await visitor.post('/api/logout')
  expect(logout.json).toEqual(anonymous)
  expect(logout.setCookies).toEqual([expect.stringMatching(/^__Host-session=;.*Max-Age=0/)])
  const before = whyNot(engine, 'revocation') ? { id, data: { a: 1 } } : anonymous
  expect((await fixated.get('/api/session')).json).toMatchObject({ ...before, userId: null })
  expect((await kept.get('/api/session')).json).toMatchObject(before === anonymous ? anonymous : { ...before, userId })
})

test('a session expires at the time that was set', { tag: '@engines' }, async ({ visitor }) => {
  await visitor.patch({ a: 1 })
  await visitor.post('/api/session/expiry', { value: 1 })
  await expect.poll(async () => (await visitor.get('/api/session')).json).toEqual(anonymous)
})

test('a rejected write changes nothing: too much data, a reserved key, or a request from another site', {
  tag: '@engines',
}, async ({ visitor }) => {
  await visitor.patch({ name: 'Ada' })
  expect((await visitor.patch({ much: 'x'.repeat(65_536) })).status).toBe(413)
  expect((await visitor.patch({ _x: 1 })).status).toBe(400)
  const headers = { 'sec-fetch-site': 'cross-site' }
  expect((await visitor.send('/api/session', { method: 'PATCH', body: { a: 1 }, headers })).status).toBe(403)
  expect(await dataOf(visitor)).toEqual({ name: 'Ada' })
})

test('a visitor whose cookie was changed, shortened or extended is anonymous and receives no cookie', { tag: '@engines' }, async ({
  visitor,
  app,
}) => {
  await visitor.patch({ a: 1 })
  const { cookie } = visitor
  const middle = Math.floor(cookie.length / 2)
  const other = cookie[middle] === 'x' ? 'y' : 'x'
  for (const forged of [cookie.slice(0, middle) + other + cookie.slice(middle + 1), cookie.slice(0, -1), `${cookie}A`]) {
    const response = await new Visitor(app.url, forged).get('/api/session')
    expect([response.status, response.json, response.setCookies]).toEqual([200, anonymous, []])
  }
})

interface SessionJson {
  readonly id: string | null
  readonly userId: string | null
  readonly data: Readonly<Record<string, unknown>>
}

function sessionOf({ json }: VisitorResponse): SessionJson {
  return json as SessionJson
}

async function dataOf(visitor: Visitor) {
  return sessionOf(await visitor.get('/api/session')).data
}
