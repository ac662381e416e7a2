import type { BrowserContext, Locator, Page } from 'playwright/test'
import { violations } from './axe'
import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { expectLoggedOut, hydrated, logIn, press, sessionCookie } from './flows'
import { endAction, post } from './forged-form'
import type { AppServer } from './server'
import { cookieName, Visitor } from './visitor'

// This file has its own server with a limit of devices, and it may change passwords there.
test.use({
  settings: [
    async ({ engine }, use) => {
      await use(whyNot(engine, 'listing') ? {} : { SESSION_MAX_PER_USER: '3', SESSION_TRUSTED_PROXIES: '1' })
    },
    { scope: 'worker' },
  ],
})

/** The devices that this test has logged in. The next test would count them, too. */
const loggedInDevices: Visitor[] = []
test.afterEach(async ({ app, context }) => {
  const { value = '' } = (await sessionCookie(context)) ?? {}
  const devices = [...loggedInDevices.splice(0), new Visitor(app.url, `${cookieName}=${value}`)]
  await Promise.all(devices.map((device) => device.post('/api/logout')))
})

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0'
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

test("the page describes the user's devices and shows the current one first", async ({ page, app, logInAs, engine }) => {
  test.skip(Boolean(whyNot(engine, 'listing')), whyNot(engine, 'listing'))
  await logInAs('demo')
  await loggedIn(app, firefox, '203.0.113.7')
  await loggedIn(app, phone, '192.168.1.20')
  await page.goto('/account/sessions')
  await expect(devices(page)).toHaveText([
    /^Chrome on Linux.*This device.*Location: this machine.*Last seen: now/,
    /^Safari on iPhone.*Location: your local network.*Last seen: just now/,
    /^Firefox on Windows.*Location: 203\.0\.113\.7.*Last seen: just now/,
  ])
  await expect(page.getByText('At most 3 devices')).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('logging out the current device logs the user out', async ({ page, app, logInAs, engine }) => {
  test.skip(Boolean(whyNot(engine, 'listing')), whyNot(engine, 'listing'))
  await logInAs('demo')
  const other = await loggedIn(app, firefox)
  await page.goto('/account/sessions')
  await press(page, 'Log out this device')
  await expect(page).toHaveURL('/')
  await expectLoggedOut(page)
  expect(await isLoggedIn(other)).toBe(true)
})

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })
    test.beforeEach(({ engine }) => test.skip(Boolean(whyNot(engine, 'listing')), whyNot(engine, 'listing')))

    test('a device can be logged out from another one, and the other devices stay logged in', async ({ page, app, logInAs }) => {
      await logInAs('demo')
      const lost = await loggedIn(app, phone)
      const kept = await loggedIn(app, firefox)
      await page.goto('/account/sessions')
      await press(page, 'Log out Safari on iPhone, last seen just now')
      await expect(page.locator('.messages')).toHaveText('That device is logged out.')
      await expect(devices(page)).toHaveText([/^Chrome/, /^Firefox/])
      expect([await isLoggedIn(lost), await isLoggedIn(kept)]).toEqual([false, true])
    })

    const tag = javaScriptEnabled ? [] : '@long'
    test('all other devices can be logged out at once, and the page reports their number', { tag }, async ({
      page,
      app,
      logInAs,
    }) => {
      await logInAs('demo')
      const others = [await loggedIn(app, phone), await loggedIn(app, firefox)]
      await page.goto('/account/sessions')
      await press(page, 'Log out everywhere else')
      await expect(page.locator('.messages')).toHaveText('2 other devices are logged out.')
      await expect(devices(page)).toHaveText([/^Chrome/])
      await expect(page.getByRole('button', { name: 'Log out everywhere else' })).toHaveCount(0)
      expect(await Promise.all(others.map(isLoggedIn))).toEqual([false, false])
    })
  })
}

test('a login beyond the maximum number of devices revokes the least recently used session', async ({
  page,
  app,
  logInAs,
  engine,
}) => {
  test.skip(Boolean(whyNot(engine, 'listing')), whyNot(engine, 'listing'))
  await logInAs('demo')
  const others = [await loggedIn(app, firefox), await loggedIn(app, phone)]
  await page.goto('/account/sessions')
  await expect(devices(page)).toHaveCount(3)
  others.push(await loggedIn(app, phone))
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible()
  expect(await Promise.all(others.map(isLoggedIn))).toEqual([true, true, true])
})

test("a forged form cannot revoke another user's session, and an anonymous visitor cannot revoke any", async ({
  page,
  app,
  logInAs,
  engine,
}) => {
  test.skip(Boolean(whyNot(engine, 'listing')), whyNot(engine, 'listing'))
  await logInAs('demo')
  const own = await loggedIn(app, firefox)
  const [admin, id] = await adminOf(app)
  await page.goto('/account/sessions')
  await devices(page).filter({ hasText: 'Firefox' }).locator('input[name=id]').evaluate(setValue, id)
  await hydrated(page)
  await press(page, 'Log out Firefox')
  await expect(page.locator('.messages')).toHaveText('That device was already logged out.')
  const action = await endAction(own)
  for (const forged of [id, '', 'x', `${id}' or true`]) expect((await post(own, action, forged)).status).toBe(303)
  const other = new Visitor(app.url)
  const response = await post(other, action, id)
  expect([response.status, response.headers.get('location')]).toEqual([303, '/login?next=%2Faccount%2Fsessions'])
  expect([await isLoggedIn(admin), await isLoggedIn(own), other.cookie]).toEqual([true, true, ''])
})

test('a new password that is too short or too long is rejected with an explanation at its field', async ({ page, logInAs }) => {
  await logInAs('demo')
  await page.goto('/account/password')
  const wanted = page.getByLabel('New password')
  // Otherwise, the browser would reject it first.
  await wanted.evaluate((input) => input.removeAttribute('minlength'))
  await expectRefusal(page, 'short', 'Too short: use at least 8 characters.')
  await expectRefusal(page, 'é'.repeat(37), 'Too long: use at most 72 bytes. Some characters take more than one byte.')
  expect(await violations(page)).toEqual([])
})

// These tests are last and use one user each, because they change the passwords.
for (const [username, javaScriptEnabled] of [['admin', true] as const, ['demo', false] as const]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('a new password revokes the other sessions and rotates the token, and a wrong current password changes nothing', async ({
      page,
      context,
      openBrowser,
    }) => {
      const wanted = `${username}, but longer`
      const other = await openBrowser()
      for (const each of [other, page]) {
        await each.goto('/login?next=/account/password')
        await logIn(each, username)
      }
      await page.getByLabel('Current password').fill('wrong')
      await page.getByLabel('New password').fill(wanted)
      await press(page, 'Change password')
      await expect(page.getByText('This is not your current password.')).toHaveRole('alert')
      await expect(page.getByLabel('Current password')).toHaveAccessibleDescription('This is not your current password.')
      await other.reload()
      await expect(other.getByRole('heading', { name: 'Change your password' })).toBeVisible()

      const before = await token(context)
      await page.getByLabel('Current password').fill(username)
      await page.getByLabel('New password').fill(wanted)
      await press(page, 'Change password')
      await expect(page.getByRole('heading', { name: `Hello ${username}` })).toBeVisible()
      await expect(page.locator('.messages')).toContainText('Password changed.')
      expect(await token(context)).not.toBe(before)
      await other.goto('/login?next=/account/password')
      await logIn(other, username)
      await expect(other.getByText('Wrong username or password.')).toBeVisible()
      await logIn(other, username, wanted)
      await expect(other.getByRole('heading', { name: 'Change your password' })).toBeVisible()
    })
  })
}

async function expectRefusal(page: Page, wanted: string, words: string): Promise<void> {
  await page.getByLabel('Current password').fill('demo')
  await page.getByLabel('New password').fill(wanted)
  await press(page, 'Change password')
  await expect(page.getByRole('alert').filter({ hasText: words })).toBeVisible()
  await expect(page.getByLabel('New password')).toHaveAccessibleDescription(new RegExp(words))
}

function devices(page: Page): Locator {
  return page.getByRole('region', { name: 'Logged in' }).getByRole('listitem')
}

/** Returns another device of the user demo. */
async function loggedIn({ url }: AppServer, userAgent: string, ip = '127.0.0.1'): Promise<Visitor> {
  const visitor = new Visitor(url)
  loggedInDevices.push(visitor)
  const headers = { 'user-agent': userAgent, 'x-forwarded-for': ip }
  await visitor.send('/api/login', { method: 'POST', body: { username: 'demo', password: 'demo' }, headers })
  return visitor
}

/** The admin, logged in, with the session's id. */
async function adminOf({ url }: AppServer): Promise<[Visitor, string]> {
  const visitor = new Visitor(url)
  const { json } = await visitor.post('/api/login', { username: 'admin', password: 'admin' })
  return [visitor, (json as { id: string }).id]
}

async function isLoggedIn(visitor: Visitor): Promise<boolean> {
  const { json } = await visitor.get('/api/session')
  return (json as { userId: string | null }).userId !== null
}

async function token(context: BrowserContext): Promise<string | undefined> {
  return (await sessionCookie(context))?.value
}

function setValue(input: Element, value: string): void {
  if (input instanceof HTMLInputElement) input.value = value
}
