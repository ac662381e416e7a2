import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { type Answer, Visitor } from './visitor'

const nobody = { id: null, isNew: true, userId: null, data: {}, expiresAt: null }

test('keys are merged, counted and removed, and the cookie goes out when it says something new', async ({ visitor, engine }) => {
  const first = await visitor.patch({ a: 1, b: { x: 1 } })
  expect(first.setCookies).toHaveLength(1)
  const cookies = whyNot(engine, 'quiet writes') ? 1 : 0
  for (const answer of [
    await visitor.patch({ b: { y: 2 }, c: null }),
    await visitor.post('/api/session/increment', { key: 'n', by: 5 }),
    await visitor.delete('/api/session?key=a'),
  ]) {
    expect(answer.status).toBe(200)
    expect(answer.setCookies).toHaveLength(cookies)
  }
  expect(await dataOf(visitor)).toEqual({ b: { y: 2 }, c: null, n: 5 })
  expect((await visitor.get('/api/session')).setCookies).toEqual([])
})

test('of 50 increments at once none is lost, where requests share a session', async ({ visitor, engine }) => {
  await visitor.patch({ n: 0 })
  const one = () => visitor.clone().post('/api/session/increment', { key: 'n', by: 1 })
  const answers = await Promise.all(Array.from({ length: 50 }, one))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(await dataOf(visitor)).toEqual({ n: whyNot(engine, 'sharing') ? 0 : 50 })
})

test('a login keeps id and data under another cookie, a log-out takes it away; copies of both are good only where nothing can be taken back', async ({
  visitor,
  engine,
}) => {
  await visitor.patch({ a: 1 })
  const fixated = visitor.clone()
  const { id } = sessionOf(await visitor.get('/api/session'))
  const login = await visitor.post('/api/login', { username: 'demo', password: 'demo' })
  expect(sessionOf(login)).toMatchObject({ id, data: { a: 1 }, userId: expect.any(String) })
  const { userId } = sessionOf(login)
  const kept = visitor.clone()
  const logout = await visitor.post('/api/logout')
  expect(logout.json).toEqual(nobody)
  expect(logout.setCookies).toEqual([expect.stringMatching(/^__Host-session=;.*Max-Age=0/)])
  const before = whyNot(engine, 'taking back') ? { id, data: { a: 1 } } : nobody
  expect((await fixated.get('/api/session')).json).toMatchObject({ ...before, userId: null })
  expect((await kept.get('/api/session')).json).toMatchObject(before === nobody ? nobody : { ...before, userId })
})

test('a session ends when it was told to', async ({ visitor }) => {
  await visitor.patch({ a: 1 })
  await visitor.post('/api/session/expiry', { value: 1 })
  await expect.poll(async () => (await visitor.get('/api/session')).json).toEqual(nobody)
})

test('what is refused changes nothing: too much, a reserved key, another site', async ({ visitor }) => {
  await visitor.patch({ name: 'Ada' })
  expect((await visitor.patch({ much: 'x'.repeat(65_536) })).status).toBe(413)
  expect((await visitor.patch({ _x: 1 })).status).toBe(400)
  const headers = { 'sec-fetch-site': 'cross-site' }
  expect((await visitor.send('/api/session', { method: 'PATCH', body: { a: 1 }, headers })).status).toBe(403)
  expect(await dataOf(visitor)).toEqual({ name: 'Ada' })
})

test('a cookie with any part changed, cut or drawn out is nobody, and no cookie is sent', async ({ visitor, app }) => {
  await visitor.patch({ a: 1 })
  const { cookie } = visitor
  const middle = Math.floor(cookie.length / 2)
  const other = cookie[middle] === 'x' ? 'y' : 'x'
  for (const forged of [cookie.slice(0, middle) + other + cookie.slice(middle + 1), cookie.slice(0, -1), `${cookie}A`]) {
    const answer = await new Visitor(app.url, forged).get('/api/session')
    expect([answer.status, answer.json, answer.setCookies]).toEqual([200, nobody, []])
  }
})

interface SessionJson {
  readonly id: string | null
  readonly userId: string | null
  readonly data: Readonly<Record<string, unknown>>
}

function sessionOf({ json }: Answer): SessionJson {
  return json as SessionJson
}

async function dataOf(visitor: Visitor) {
  return sessionOf(await visitor.get('/api/session')).data
}
