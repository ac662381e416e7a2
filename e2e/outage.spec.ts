import { createDatabase, query } from '../test/postgres'
import { expect, expectSilence, test } from './fixtures'
import { logIn, press } from './flows'
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

test('a new password is saved although revoking the other sessions failed, and the page says so until they are revoked', async ({
  postgresUrl,
  page,
}) => {
  const databaseUrl = await createDatabase(postgresUrl)
  const server = await startServer({ env: { DATABASE_DRIVER: 'pg', DATABASE_URL: databaseUrl } })
  const other = new Visitor(server.url)
  await other.post('/api/login', { username: 'demo', password: 'demo' })
  await page.goto(`${server.url}/login?next=/account/password`)
  await logIn(page, 'demo')
  await query(databaseUrl, `create function no() returns trigger language plpgsql as 'begin raise exception ''no''; end'`)
  await query(databaseUrl, 'create trigger no before delete on sessions for each row execute function no()')
  await page.getByLabel('Current password').fill('demo')
  await page.getByLabel('New password').fill('demo, but longer')
  await press(page, 'Change password')
  await expect(page.getByText('Your password was changed, but your other devices are still listed')).toBeVisible()
  expect((await new Visitor(server.url).post('/api/login', { username: 'demo', password: 'demo' })).status).toBe(401)
  expect((await other.get('/api/session')).json).toMatchObject({ userId: expect.any(String) })

  await query(databaseUrl, 'drop trigger no on sessions')
  await press(page, 'Log out everywhere else')
  await expect(page.locator('.messages')).toHaveText('The other device is logged out.')
  await expect(page.getByText('Your password was changed')).toHaveCount(0)
  expect((await other.get('/api/session')).json).toMatchObject({ id: null })
  await page.context().close()
  await server.stop()
  expectSilence(server)
})

function expectFailure(response: VisitorResponse): void {
  expect(response.json).toEqual({ error: { code: 'STORE_FAILED', message: expect.any(String) } })
  expect(response.status).toBe(503)
  expect(response.setCookies).toEqual([])
}
