import { createDatabase, query } from '../test/postgres'
import { expect, expectSilence, testOnPostgres as test } from './fixtures'
import { startServer } from './server'
import { Visitor } from './visitor'

const path = '/api/cron/clearsessions'

test('a cron job with the secret deletes the expired sessions and no others', async ({ visitor, app, database }) => {
  const authorization = `Bearer ${app.cronSecret}`
  await visitor.patch({ a: 1 })
  await visitor.get(path, { authorization }) // Deletes the sessions of other tests.
  await query(
    database.url,
    `insert into sessions (id, token_hash, expires_at, data)
     select gen_random_uuid(), gen_random_uuid(), now() - interval '1 day', '{}' from generate_series(1, 2500)`,
  )
  const response = await new Visitor(app.url).get(path, { authorization })
  expect([response.status, response.json]).toEqual([200, { deleted: 2500, done: true }])
  expect([response.headers.get('cache-control'), response.setCookies]).toEqual(['private, no-store', []])
  const again = await new Visitor(app.url).send(path, { method: 'POST', headers: { authorization } })
  expect(again.json).toEqual({ deleted: 0, done: true })
  expect((await visitor.get('/api/session')).json).toMatchObject({ data: { a: 1 } })
})

test('a request without the secret returns 401 and deletes nothing', async ({ visitor, database }) => {
  await query(
    database.url,
    "insert into sessions (id, token_hash, expires_at, data) values (gen_random_uuid(), gen_random_uuid(), now() - interval '1 day', '{}')",
  )
  const expired = () => query(database.url, 'select id from sessions where expires_at < now()')
  const before = await expired()
  for (const authorization of ['', 'Bearer ', 'Bearer undefined', 'Bearer null', 'Basic YTph', 'Bearer 0123456789012345']) {
    const response = await visitor.get(path, authorization ? { authorization } : {})
    expect([response.status, response.json]).toMatchObject([401, { error: { code: 'UNAUTHENTICATED' } }])
  }
  expect(before.length).toBeGreaterThan(0)
  expect(await expired()).toHaveLength(before.length)
})

test('every request returns 500 if no secret is set, and the log says how to set one', async ({ postgresUrl }) => {
  const server = await startServer({ env: { DATABASE_URL: await createDatabase(postgresUrl), CRON_SECRET: '' } })
  const visitor = new Visitor(server.url)
  for (const authorization of ['Bearer ', 'Bearer undefined']) {
    const response = await visitor.get(path, { authorization })
    expect([response.status, response.json]).toMatchObject([500, { error: { code: 'CONFIG_INVALID' } }])
  }
  expect(server.complaints().filter((line) => !/secret of clearExpiredHandler is missing; set CRON_SECRET/.test(line))).toEqual([])
  await server.stop()
  expectSilence(server)
})
