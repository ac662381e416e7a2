import { createDatabase, query, startPostgres } from '../test/postgres'
import { layWire } from '../test/tcp-proxy'
import { expect, test } from './fixtures'
import { type AppServer, randomSecret, startServer } from './server'
import { Visitor, type VisitorResponse } from './visitor'

const marker = 'FAULT-MARKER-a41c'
/** The timeout of the store is 5 s. A page takes a little longer. */
const longestMs = 8_000
const writes = [
  ['PATCH', '/api/session', { name: marker }],
  ['POST', '/api/session/increment', { key: 'n', by: 1 }],
  ['POST', '/api/session/cycle', undefined],
  ['POST', '/api/session/expiry', { value: 60 }],
  ['DELETE', '/api/session?key=name', undefined],
  ['POST', '/api/logout', undefined],
  ['DELETE', '/api/session', undefined],
] as const
const pages = ['/', '/shop', '/account', '/admin/sessions', '/login']

/** Starts a server on a new database whose password and data contain the marker, and logs a visitor in. */
async function begin(databaseUrl: string) {
  const withPassword = databaseUrl.replace('postgres@', `postgres:${marker}@`)
  const env = { DATABASE_DRIVER: 'pg', DATABASE_URL: withPassword, SESSION_SECRET: marker + randomSecret() }
  const server = await startServer({ env })
  const visitor = new Visitor(server.url)
  await visitor.post('/api/login', { username: 'admin', password: 'admin' })
  await visitor.patch({ name: marker })
  const [row] = await query(databaseUrl, 'select token_hash::text as hash, user_id as "userId" from sessions')
  const hidden = [
    marker,
    visitor.token,
    ...visitor.token.split('.').filter((part) => part.length > 16),
    ...Object.values(Object(row)).map(String),
  ]
  return { server, visitor, hidden }
}

async function inTime<T>(act: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await act()
  expect(performance.now() - started).toBeLessThan(longestMs)
  return result
}

/** Expects 503 from all handlers, and pages that show neither a session nor the page of an anonymous visitor. */
async function expectOutage(visitor: Visitor): Promise<void> {
  const { cookie } = visitor
  expectFailure(await inTime(() => visitor.get('/api/session')))
  await Promise.all(
    writes.map(async ([method, path, body]) => expectFailure(await inTime(() => visitor.send(path, { method, body })), path)),
  )
  await Promise.all(pages.map(async (path) => expectNoSession(await inTime(() => visitor.get(path)), path)))
  expect(visitor.cookie).toBe(cookie)
  expect((await new Visitor(visitor.url).get('/api/session')).status, 'for an anonymous visitor').toBe(200)
}

function expectFailure(response: VisitorResponse, path = ''): void {
  expect([response.status, response.json], path).toEqual([503, { error: { code: 'STORE_FAILED', message: expect.any(String) } }])
  expect(response.setCookies, path).toEqual([])
}

function expectNoSession({ status, text, setCookies, headers }: VisitorResponse, path: string): void {
  // Next may send the status before the page reads the session.
  expect([200, 500], path).toContain(status)
  expect([setCookies, headers.get('location')], path).toEqual([[], null])
  for (const shown of ['>Log in<', '<form', 'none yet: no row', 'Hello']) expect(text, path).not.toContain(shown)
}

async function expectRecovery(visitor: Visitor): Promise<void> {
  expect((await visitor.get('/api/session')).json).toMatchObject({ userId: expect.any(String), data: { name: marker } })
  expect((await visitor.get('/account')).text).toContain('Hello')
  expect((await visitor.patch({ again: 1 })).status).toBe(200)
}

/** Stops the server, and expects none of `hidden` in everything that it has printed. */
async function expectDiscretion(server: AppServer, hidden: readonly string[]): Promise<void> {
  await server.stop()
  const log = server.complaints().join('\n')
  for (const word of hidden) expect(log).not.toContain(word)
}

test('all requests fail with 503 while PostgreSQL is stopped, and find every session when it runs again', async () => {
  const postgres = await startPostgres({ durable: true })
  const { server, visitor, hidden } = await begin(await createDatabase(postgres.url))
  await postgres.halt('SIGINT')
  await expectOutage(visitor)
  const attempt = await inTime(() => new Visitor(server.url).post('/api/login', { username: marker, password: marker }))
  expect(attempt.status).toBeGreaterThanOrEqual(500)
  await postgres.start()
  await expectRecovery(visitor)
  await expectDiscretion(server, hidden)
  await postgres.stop()
})

test('all requests fail with 503 within the timeout while the network is silent, and find every session when it is back', {
  tag: '@long',
}, async ({ postgresUrl }) => {
  const databaseUrl = await createDatabase(postgresUrl)
  const wire = await layWire(databaseUrl)
  const { server, visitor, hidden } = await begin(wire.url)
  wire.silence()
  expectFailure(await inTime(() => visitor.get('/api/session')))
  expectNoSession(await inTime(() => visitor.get('/account')), '/account')
  wire.cut()
  wire.resume()
  await expectRecovery(visitor)
  await expectDiscretion(server, hidden)
  await wire.close()
})

test('all requests fail with 503 while PostgreSQL rejects the statements, and the log contains only codes', {
  tag: '@long',
}, async ({ postgresUrl }) => {
  const databaseUrl = await createDatabase(postgresUrl)
  const { server, visitor, hidden } = await begin(databaseUrl)
  await query(databaseUrl, `alter table sessions add constraint broken check (user_id = '') not valid`)
  const refused = writes.filter(([method]) => method !== 'DELETE').filter(([, path]) => path !== '/api/logout')
  for (const [method, path, body] of refused) expectFailure(await visitor.send(path, { method, body }), path)
  await query(databaseUrl, 'alter table sessions drop constraint broken')
  await query(databaseUrl, 'alter table sessions rename column data to hidden')
  await expectOutage(visitor)
  await query(databaseUrl, 'alter table sessions rename column hidden to data')
  await expectRecovery(visitor)
  await query(databaseUrl, 'alter table sessions rename to elsewhere')
  await expectOutage(visitor)
  await query(databaseUrl, 'alter table elsewhere rename to sessions')
  await expectRecovery(visitor)
  await query(databaseUrl, 'alter table users rename to elsewhere')
  await inTime(() => new Visitor(server.url).post('/api/login', { username: marker, password: marker }))
  await visitor.get('/account')
  await expectDiscretion(server, hidden)
})
