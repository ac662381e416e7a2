import { createDatabase, query } from '../test/postgres'
import { expect, test } from './fixtures'
import { startServer } from './server'
import { Visitor, type VisitorResponse } from './visitor'

// faults.spec.ts tests the same rule with a stopped server.
test('a failing database causes 503, never an empty session, and is used again when it is back', { tag: '@long' }, async ({
  postgresUrl,
}) => {
  const databaseUrl = await createDatabase(postgresUrl)
  const server = await startServer({ env: { DATABASE_DRIVER: 'pg', DATABASE_URL: databaseUrl } })
  const visitor = new Visitor(server.url)
  await visitor.patch({ name: 'a-marker-in-the-data' })
  const { token } = visitor
  const name = new URL(databaseUrl).pathname.slice(1)

  await query(postgresUrl, `alter database ${name} with allow_connections false`)
  await query(postgresUrl, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
  expectFailure(await visitor.get('/api/session'))
  expectFailure(await visitor.patch({ name: 'another-marker' }))
  expectFailure(await visitor.post('/api/session/cycle'))
  expectFailure(await visitor.delete('/api/session'))
  expect((await new Visitor(server.url).get('/api/session')).status, 'for an anonymous visitor').toBe(200)

  await query(postgresUrl, `alter database ${name} with allow_connections true`)
  expect((await visitor.get('/api/session')).json).toMatchObject({ data: { name: 'a-marker-in-the-data' } })
  await server.stop()
  const log = server.complaints().join('\n')
  for (const secret of [token, ...token.split('.').filter((part) => part.length > 16), server.secret, 'marker']) {
    expect(log).not.toContain(secret)
  }
})

function expectFailure(response: VisitorResponse): void {
  expect(response.json).toEqual({ error: { code: 'STORE_FAILED', message: expect.any(String) } })
  expect(response.status).toBe(503)
  expect(response.setCookies).toEqual([])
}
