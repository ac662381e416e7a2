import type { Page } from 'playwright/test'
import { createDatabase, query } from '../test/postgres'
import { type CountingProxy, startCountingProxy } from './counting-proxy'
import { test as base, expect, expectSilence } from './fixtures'
import { logIn, press, shownId } from './flows'
import { type AppServer, startServer } from './server'
import { Visitor } from './visitor'

interface OwnServer extends AppServer {
  readonly databaseUrl: string
  /** The proxy through which the server reaches the database. */
  readonly database: CountingProxy
}

/** This file has its own server, because its tests change passwords and make logins older. `sibling` is a second process. */
const test = base.extend<{ own: OwnServer; sibling: AppServer }>({
  own: async ({ postgresUrl, page }, use) => {
    const databaseUrl = await createDatabase(postgresUrl)
    const database = await startCountingProxy(databaseUrl)
    const server = await startServer({ env: { DATABASE_DRIVER: 'pg', DATABASE_URL: database.url } })
    await use({ ...server, databaseUrl, database })
    await page.goto('about:blank') // a prefetch of the stopped server would print an error
    await server.stop()
    expectSilence(server)
    await database.close()
  },
  sibling: async ({ own: { secret, database } }, use) => {
    const server = await startServer({ env: { DATABASE_DRIVER: 'pg', DATABASE_URL: database.url, SESSION_SECRET: secret } })
    await use(server)
    await server.stop()
    expectSilence(server)
  },
})

const sentence = 'You logged in a while ago. Enter your password again to continue.'

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('before logging devices out, a user with an old login enters the password again and keeps the session', async ({
      page,
      own,
    }) => {
      const other = await loggedIn(own)
      await page.goto(`${own.url}/login?next=/`)
      await logIn(page, 'demo')
      const id = await shownId(page)
      await page.goto(`${own.url}/account/sessions`)
      await query(own.databaseUrl, `update sessions set authenticated_at = now() - interval '11 minutes'`)
      await press(page, 'Log out everywhere else')
      await expect(page.getByText(sentence)).toBeVisible()
      await expect(page.getByLabel('Username')).toHaveValue('demo')
      expect(await isLoggedIn(other)).toBe(true)

      await page.getByLabel('Password').fill('wrong')
      await press(page, 'Log in')
      await expect(page.getByText('Wrong username or password.')).toBeVisible()
      await expect(page.getByText(sentence)).toBeVisible()

      await page.getByLabel('Password').fill('demo')
      await press(page, 'Log in')
      await expect(page.getByRole('heading', { name: 'Your devices' })).toBeVisible()
      await press(page, 'Log out everywhere else')
      await expect(page.locator('.messages')).toHaveText('The other device is logged out.')
      expect(await isLoggedIn(other)).toBe(false)
      await page.goto(own.url)
      expect(await shownId(page)).toBe(id)
    })
  })
}

test('a user with an old login must enter the password before changing it, and a user with a fresh login need not', async ({
  page,
  own,
}) => {
  await page.goto(`${own.url}/login?next=/account/password`)
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Change your password' })).toBeVisible()
  await query(own.databaseUrl, `update sessions set authenticated_at = now() - interval '11 minutes'`)
  // By a link: a document that redirects while it is streamed also has a meta refresh, which could empty the form once more.
  await page.getByRole('link', { name: 'Account' }).click()
  await page.getByRole('link', { name: 'Change your password' }).click()
  await expect(page.getByText(sentence)).toBeVisible()
  await page.getByLabel('Password').fill('demo')
  await press(page, 'Log in')
  await expect(page.getByRole('heading', { name: 'Change your password' })).toBeVisible()
})

test('a login with the old password that another server commits after the password change grants no access on any server', async ({
  page,
  own,
  sibling,
}) => {
  await page.goto(`${own.url}/login?next=/account/password`)
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Change your password' })).toBeVisible() // its own INSERT must not be held
  const creation = own.database.hold(/^insert into "sessions"/)
  const late = new Visitor(sibling.url)
  const login = late.post('/api/login', { username: 'demo', password: 'demo' })
  await creation.caught // the other server has checked the old password
  await changePassword(page, 'demo', 'demo, but longer')
  creation.release()
  expect((await login).status).toBe(200)
  expect(await isLoggedIn(late)).toBe(true) // the API of the demo reads only the session, not the user
  for (const { url } of [sibling, own]) {
    const { headers, text } = await new Visitor(url, late.cookie).get('/account')
    expect(headers.get('location') ?? text).toContain('/login')
  }
  expect(await isLoggedIn(late)).toBe(false)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
})

async function changePassword(page: Page, current: string, wanted: string): Promise<void> {
  await page.getByLabel('Current password').fill(current)
  await page.getByLabel('New password').fill(wanted)
  await press(page, 'Change password')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
}

async function loggedIn({ url }: AppServer): Promise<Visitor> {
  const visitor = new Visitor(url)
  await visitor.post('/api/login', { username: 'demo', password: 'demo' })
  return visitor
}

async function isLoggedIn(visitor: Visitor): Promise<boolean> {
  return ((await visitor.get('/api/session')).json as { userId: string | null }).userId !== null
}
