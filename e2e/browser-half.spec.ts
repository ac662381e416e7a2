import type { BrowserContext, Page } from 'playwright/test'
import { violations } from './axe'
import type { CountingProxy } from './counting-proxy'
import { expect, testOnPostgres as test } from './fixtures'
import { hydrated, logIn, press, sessionCookie } from './flows'
import { expireIn, secondsLeft } from './session-expiry'
import { cookieName, Visitor } from './visitor'

const statusPath = '/api/session/status'

test.describe('the status route', () => {
  test('a poll causes one statement, and none for an anonymous visitor', async ({ visitor, database }) => {
    expect((await visitor.get(statusPath)).json).toEqual({ state: 'anonymous', userId: null, expiresIn: null, idleIn: null })
    await visitor.patch({ a: 1 })
    const before = sessionStatements(database).length
    for (let poll = 0; poll < 5; poll++) expect((await visitor.get(statusPath)).json).toMatchObject({ state: 'active' })
    expect(sessionStatements(database).slice(before)).toEqual(Array.from({ length: 5 }, () => expect.stringMatching(/^select/)))
    expect((await new Visitor(visitor.url).get(statusPath)).headers.get('cache-control')).toContain('no-store')
  })

  test('a POST extends the session once a step is due, and returns 409 after the session has ended', async ({
    visitor,
    database,
  }) => {
    const headers = { 'sec-fetch-site': 'same-origin' }
    const post = () => visitor.send(statusPath, { method: 'POST', headers })
    await visitor.patch({ a: 1 })
    const id = await idOf(visitor)
    await expireIn(database, id, 60)
    expect((await visitor.get(statusPath)).json).toMatchObject({ expiresIn: 60, idleIn: 60 })
    expect((await post()).json).toMatchObject({ state: 'active', expiresIn: 14 * 86_400 })
    await expireIn(database, id, -1)
    const late = await post()
    expect([late.status, late.json]).toEqual([409, { state: 'ended', userId: null, expiresIn: null, idleIn: null }])
    expect((await visitor.send(statusPath, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
  })
})

test.describe('the warning', () => {
  test('the dialog appears in all tabs, takes the focus and has no accessibility problem, and one "stay" closes it in all tabs and extends the session once', async ({
    page,
    context,
    logInAs,
    database,
  }) => {
    await logInAs('demo')
    const other = await context.newPage()
    await other.goto('/timeout')
    await page.goto('/timeout')
    await hydrated(page)
    await page.getByLabel('Type here').fill('kept')
    await page.getByLabel('Type here').focus()
    await expireIn(database, await currentId(context, page.url()), 100)
    await comeBackTo(page)
    await expect(dialog(page)).toBeVisible()
    await expect(dialog(other)).toBeVisible()
    await expect(dialog(page).getByRole('status')).toHaveText('Your session ends in 2 minutes.')
    await expect(dialog(page).getByRole('button', { name: 'Stay signed in' })).toBeFocused()
    for (let tab = 0; tab < 5; tab++) {
      await page.keyboard.press('Tab')
      expect(
        await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null),
      ).toBe(true)
    }
    expect(await violations(page)).toEqual([])
    const before = sessionStatements(database).length
    await dialog(page).getByRole('button', { name: 'Stay signed in' }).click()
    await expect(dialog(page)).toBeHidden()
    await expect(dialog(other)).toBeHidden()
    expect(
      sessionStatements(database)
        .slice(before)
        .filter((text) => text.startsWith('update')),
    ).toHaveLength(1)
    await expect(page.getByLabel('Type here')).toHaveValue('kept')
    await expect(page.getByLabel('Type here')).toBeFocused()
  })

  test('the dialog announces the time left in steps, not each second', async ({ page, logInAs, database }) => {
    await logInAs('demo')
    await page.clock.install()
    await openTimeout(page, database, 58)
    await comeBackTo(page)
    const status = dialog(page).getByRole('status')
    await expect(status).toHaveText('Your session ends in 1 minute.')
    await status.evaluate((node) => {
      const texts: string[] = []
      Object.assign(window, { texts })
      new MutationObserver(() => texts.push(node.textContent ?? '')).observe(node, {
        characterData: true,
        childList: true,
        subtree: true,
      })
    })
    await page.clock.runFor(40_000)
    await expect(status).toHaveText('Your session ends in 30 seconds.')
    const texts = await page.evaluate(() => (window as unknown as { texts: string[] }).texts)
    expect(texts).toEqual(['Your session ends in 45 seconds.', 'Your session ends in 30 seconds.'])
  })

  test('Escape closes the dialog and extends the session, and the dialog offers to log out', async ({
    page,
    logInAs,
    database,
  }) => {
    await logInAs('demo')
    const id = await openTimeout(page, database, 100)
    await comeBackTo(page)
    await expect(dialog(page)).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(dialog(page)).toBeHidden()
    await expect.poll(() => secondsLeft(database, id)).toBeGreaterThan(86_400)
    await expireIn(database, id, 100)
    await comeBackTo(page)
    await dialog(page).getByRole('button', { name: 'Log out' }).click()
    await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible()
    await expect(dialog(page)).toBeHidden()
  })

  test('the dialog of a session of 90 seconds appears after 45 seconds, and fits a phone', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.clock.install()
    await page.goto('/timeout')
    await hydrated(page)
    await press(page, '90 seconds')
    await expect(page.getByTestId('expires-in')).toHaveText(/in 1 min \d\d s/)
    await page.clock.runFor(35_000)
    await expect(dialog(page)).toBeHidden()
    await page.clock.runFor(12_000)
    await expect(dialog(page)).toBeVisible()
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(excess).toBe(0)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      expect(await violations(page)).toEqual([])
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/dialog-${colorScheme}.png` })
    }
  })
})

test.describe('activity', () => {
  test('polls of ten idle minutes do not extend the session, typing does, and moving the mouse does not', async ({
    page,
    logInAs,
    database,
  }) => {
    await logInAs('demo')
    await page.clock.install()
    const id = await openTimeout(page, database, 86_400)
    const polls = countPolls(page)
    for (let minute = 1; minute <= 10; minute++) {
      const polled = page.waitForResponse((response) => response.url().endsWith(statusPath))
      await page.clock.runFor(61_000)
      await polled
    }
    expect(polls.get).toBeGreaterThanOrEqual(10)
    await page.mouse.move(10, 10)
    await page.mouse.move(200, 200)
    expect(await secondsLeft(database, id)).toBeLessThanOrEqual(86_400)
    expect(polls.post).toBe(0)
    await page.getByLabel('Type here').pressSequentially('hello')
    await expect.poll(() => secondsLeft(database, id)).toBeGreaterThan(86_400)
    await page.getByLabel('Type here').pressSequentially(' and more')
    expect(polls.post).toBe(1)
  })
})

test.describe('several tabs', () => {
  test('ten tabs cause one poll a minute', { tag: '@long' }, async ({ page, context, logInAs }) => {
    await logInAs('demo')
    const pages = [page, ...(await Promise.all(Array.from({ length: 9 }, () => context.newPage())))]
    await context.clock.install()
    for (const tab of pages) await tab.goto('/timeout')
    for (const tab of pages) await hydrated(tab)
    const polls = pages.map(countPolls)
    const total = () => polls.reduce((sum, { get }) => sum + get, 0)
    const passMinute = async () => {
      const polled = context.waitForEvent('response', (response) => response.url().endsWith(statusPath))
      await context.clock.runFor(61_000) // the clock of all tabs
      await (await polled).finished()
      // The tab must have read the response before its clock moves on, because it waits for it for ten seconds at most.
      await Promise.all(pages.map((tab) => tab.evaluate(() => new Promise(requestAnimationFrame))))
    }
    await passMinute() // a tab that was opened a moment ago also polls when it gets the focus
    const before = total()
    for (let minute = 1; minute <= 3; minute++) await passMinute()
    expect(total() - before).toBeGreaterThanOrEqual(3)
    expect(total() - before).toBeLessThanOrEqual(4)
  })

  test('after a logout in one tab, another tab shows the login page within a second, and a login there returns to its page', async ({
    page,
    context,
    logInAs,
  }) => {
    const other = await context.newPage()
    let fastest = Number.POSITIVE_INFINITY
    // A busy machine only adds time, so one of ten rounds must be fast enough. Without the message between tabs, none would be.
    for (let round = 0; round < 10 && fastest >= 1000; round++) {
      await logInAs('demo')
      await other.goto('/account')
      await page.goto('/')
      await hydrated(other)
      await hydrated(page)
      await press(page, 'Log out')
      await expect.poll(() => page.getByRole('link', { name: 'Log in' }).count(), { intervals: [10] }).toBe(1)
      const loggedOutAt = performance.now()
      await expect.poll(() => other.getByText('Your session has ended').count(), { intervals: [10] }).toBe(1)
      fastest = Math.min(fastest, performance.now() - loggedOutAt)
      await expect(other).toHaveURL('/login?next=%2Faccount&reason=ended')
      await expect(page).toHaveURL('/')
    }
    expect(fastest).toBeLessThan(1000)
    await logIn(other, 'demo')
    await expect(other).toHaveURL('/account')
    await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible()
  })

  test('after a login as another user, no tab shows the first user', async ({ page, context, logInAs, app }) => {
    await logInAs('demo')
    const other = await context.newPage()
    await other.goto('/account')
    await expect(other.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
    await hydrated(other)
    await logInAs('admin')
    await page.goto(`${app.url}/`)
    await expect(other.getByRole('heading', { name: 'Hello admin' })).toBeVisible()
    expect(await other.content()).not.toContain('Hello demo')
  })
})

test.describe('failures that do not end the session', () => {
  test('a lost network, a failing server and a wrong clock neither end nor extend the session', async ({
    page,
    context,
    logInAs,
    database,
    consoleLog,
  }) => {
    await logInAs('demo')
    await page.clock.install()
    const id = await openTimeout(page, database, 86_400)
    const polls = countPolls(page)
    await context.setOffline(true)
    await page.clock.runFor(120_000)
    await context.setOffline(false)
    await page.route(`**${statusPath}`, (route) => route.fulfill({ status: 503, json: { error: { code: 'STORE_FAILED' } } }))
    await page.clock.runFor(120_000)
    await page.unroute(`**${statusPath}`)
    await page.clock.fastForward(30 * 86_400_000)
    const before = polls.get
    await expect.poll(() => polls.get).toBeGreaterThanOrEqual(before)
    await comeBackTo(page)
    await expect(dialog(page)).toBeHidden()
    await expect(page).toHaveURL('/timeout')
    expect(await secondsLeft(database, id)).toBeLessThanOrEqual(86_400)
    expect(polls.post).toBe(0)
    consoleLog.splice(0) // The browser reports each failed request.
  })
})

test('a revocation by the admin reaches another browser within one poll', async ({ page, logInAs, context, app, visitor }) => {
  await logInAs('demo')
  await page.clock.install()
  await page.goto('/account')
  await hydrated(page)
  await new Visitor(app.url, `${cookieName}=${(await sessionCookie(context))?.value}`).post('/api/logout')
  expect((await visitor.get(statusPath)).status).toBe(200)
  await page.clock.runFor(61_000)
  await expect(page).toHaveURL(/\/login\?next=%2Faccount&reason=ended/)
})

test('the devices page shows a new device by itself', async ({ page, logInAs, visitor }) => {
  await logInAs('demo')
  await page.clock.install()
  await page.goto('/account/sessions')
  await hydrated(page)
  const devices = page.getByRole('button', { name: /^Log out (this device|.*last seen)/ })
  const count = await devices.count()
  await visitor.post('/api/login', { username: 'demo', password: 'demo' })
  await page.clock.runFor(16_000)
  await expect(devices).toHaveCount(count + 1)
})

const dialog = (page: Page) => page.getByRole('alertdialog')
const sessionStatements = ({ statements }: CountingProxy) => statements.filter((text) => text.includes('"sessions"'))

/** Simulates a visitor who returns to the window. */
const comeBackTo = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('focus')))

function countPolls(page: Page) {
  const polls = { get: 0, post: 0 }
  page.on('request', (request) => {
    if (!request.url().endsWith(statusPath)) return
    if (request.method() === 'POST') polls.post += 1
    else polls.get += 1
  })
  return polls
}

async function idOf(visitor: Visitor): Promise<string> {
  return ((await visitor.get('/api/session')).json as { id: string }).id
}

async function currentId(context: BrowserContext, url: string): Promise<string> {
  return idOf(new Visitor(new URL(url).origin, `${cookieName}=${(await sessionCookie(context))?.value}`))
}

/** Opens the page /timeout with a session that expires in so many seconds. Returns the session's id. */
async function openTimeout(page: Page, database: CountingProxy, seconds: number): Promise<string> {
  await page.goto('/timeout')
  await hydrated(page)
  const id = await currentId(page.context(), page.url())
  await expireIn(database, id, seconds)
  return id
}
