import type { Page } from 'playwright/test'
import { createDatabase, query } from '../test/postgres'
import { test as base, expect, expectSilence } from './fixtures'
import { logIn, press, shownId } from './flows'
import { type AppServer, startServer } from './server'
import { Visitor } from './visitor'

/** This file has its own server, because its tests change passwords and make logins older. */
const test = base.extend<{ own: AppServer & { readonly databaseUrl: string } }>({
  own: async ({ postgresUrl, page }, use) => {
    const databaseUrl = await createDatabase(postgresUrl)
    const server = await startServer({ env: { DATABASE_DRIVER: 'pg', DATABASE_URL: databaseUrl } })
    await use({ ...server, databaseUrl })
    await page.goto('about:blank') // a prefetch of the stopped server would print an error
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

test('every page redirects a session with the old password, and the session that changed the password stays', async ({
  page,
  own,
}) => {
  await page.goto(`${own.url}/login?next=/account/password`)
  await logIn(page, 'demo')
  // The row is restored, as if its login had committed after the password change.
  const late = await loggedIn(own)
  const restore = `create table kept as select * from sessions where id = (select id from sessions order by id desc limit 1)`
  await query(own.databaseUrl, restore)
  await changePassword(page, 'demo', 'demo, but longer')
  await query(own.databaseUrl, 'insert into sessions select * from kept')
  expect(await isLoggedIn(late)).toBe(true) // the API of the demo reads only the session, not the user
  const { status, headers } = await late.get('/account')
  const text = (await late.get('/account')).text
  expect([status, headers.get('location') ?? text]).toEqual([expect.any(Number), expect.stringContaining('/login')])
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
