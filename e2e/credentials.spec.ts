import type { Page } from 'playwright/test'
import { query } from '../test/postgres'
import { expect, testOnPostgres } from './fixtures'
import { logIn, press, shownId } from './flows'
import { Visitor } from './visitor'

/** The tests count the logins of `demo` and change its password. So they begin without sessions, and restore the passwords. */
const test = testOnPostgres.extend<{ restored: undefined }>({
  restored: [
    async ({ database }, use) => {
      await query(database.url, 'delete from sessions; create table passwords as select id, password_hash from users')
      await use(undefined)
      await query(
        database.url,
        `delete from sessions;
        update users set password_hash = passwords.password_hash from passwords where users.id = passwords.id;
        drop table passwords`,
      )
    },
    { auto: true },
  ],
})

const sentence = 'You logged in a while ago. Enter your password again to continue.'

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('before logging devices out, a user with an old login enters the password again and keeps the session', async ({
      page,
      app,
      database,
    }) => {
      const other = await loggedIn(app)
      await page.goto('/login?next=/')
      await logIn(page, 'demo')
      const id = await shownId(page)
      await page.goto('/account/sessions')
      await query(database.url, `update sessions set authenticated_at = now() - interval '11 minutes'`)
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
      await page.goto('/')
      expect(await shownId(page)).toBe(id)
    })
  })
}

test('a user with an old login must enter the password before changing it, and a user with a fresh login need not', async ({
  page,
  database,
}) => {
  await page.goto('/login?next=/account/password')
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Change your password' })).toBeVisible()
  await query(database.url, `update sessions set authenticated_at = now() - interval '11 minutes'`)
  // Follows links, because a document that redirects while it is streamed also contains a meta refresh. The refresh could load the
  // login page a second time and empty its form.
  await page.getByRole('link', { name: 'Account' }).click()
  await page.getByRole('link', { name: 'Change your password' }).click()
  await expect(page.getByText(sentence)).toBeVisible()
  await page.getByLabel('Password').fill('demo')
  await press(page, 'Log in')
  await expect(page.getByRole('heading', { name: 'Change your password' })).toBeVisible()
})

test('a login with the old password that another server commits after the password change grants no access on any server', async ({
  page,
  app,
  database,
  sibling,
}) => {
  await page.goto('/login?next=/account/password')
  await logIn(page, 'demo')
  // Waits for the INSERT of this login, so that the INSERT of the other login is the one that is delayed.
  await expect(page.getByRole('heading', { name: 'Change your password' })).toBeVisible()
  const creation = database.hold(/^insert into "sessions"/)
  const late = new Visitor(sibling.url)
  const login = late.post('/api/login', { username: 'demo', password: 'demo' })
  await creation.caught // the other server has checked the old password
  await changePassword(page, 'demo', 'demo, but longer')
  creation.release()
  expect((await login).status).toBe(200)
  expect(await isLoggedIn(late)).toBe(true) // the API of the demo reads only the session, not the user
  for (const { url } of [sibling, app]) {
    const { headers, text } = await new Visitor(url, late.cookie).get('/account')
    expect(headers.get('location') ?? text).toContain('/login')
  }
  expect(await isLoggedIn(late)).toBe(false)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
})

test('a new password is saved although revoking the other sessions failed, and the page says so until they are revoked', async ({
  page,
  app,
  database,
}) => {
  const other = await loggedIn(app)
  await page.goto('/login?next=/account/password')
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Change your password' })).toBeVisible()
  await query(database.url, `create function no() returns trigger language plpgsql as 'begin raise exception ''no''; end'`)
  await query(database.url, 'create trigger no before delete on sessions for each row execute function no()')
  await submitPassword(page, 'demo', 'demo, but longer')
  await expect(page.getByText('Your password was changed, but your other devices are still listed')).toBeVisible()
  expect((await new Visitor(app.url).post('/api/login', { username: 'demo', password: 'demo' })).status).toBe(401)
  expect(await isLoggedIn(other)).toBe(true)

  await query(database.url, 'drop trigger no on sessions; drop function no()')
  await press(page, 'Log out everywhere else')
  await expect(page.locator('.messages')).toHaveText('The other device is logged out.')
  await expect(page.getByText('Your password was changed')).toHaveCount(0)
  expect(await isLoggedIn(other)).toBe(false)
})

async function changePassword(page: Page, current: string, wanted: string): Promise<void> {
  await submitPassword(page, current, wanted)
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
}

async function submitPassword(page: Page, current: string, wanted: string): Promise<void> {
  await page.getByLabel('Current password').fill(current)
  await page.getByLabel('New password').fill(wanted)
  await press(page, 'Change password')
}

async function loggedIn({ url }: { readonly url: string }): Promise<Visitor> {
  const visitor = new Visitor(url)
  await visitor.post('/api/login', { username: 'demo', password: 'demo' })
  return visitor
}

async function isLoggedIn(visitor: Visitor): Promise<boolean> {
  return ((await visitor.get('/api/session')).json as { userId: string | null }).userId !== null
}
