import type { Locator, Page } from 'playwright/test'
import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { entry, follow, hydrated, press, setKey } from './flows'

test('a message of an action is shown once and is gone after a reload', { tag: '@engines' }, async ({ page }) => {
  await page.goto('/')
  await Promise.all([acknowledged(page), saved(page)])
  await page.reload()
  await expect(entry(page, 'name')).toBeVisible()
  await expect(messages(page)).toHaveText('')
})

test('a message stays on the screen after it was acknowledged, until another one replaces it', async ({ page }) => {
  await page.goto('/')
  await saved(page)
  // The router calls an action only after it has shown the result of the previous one. With sessions in cookies, that is a new
  // page.
  await press(page, 'Add 1')
  await expect(page.getByTestId('counter')).toHaveText('1')
  await expect(messages(page)).toHaveText('')
  await setKey(page, 'name', 'Grace')
  await expect(messages(page)).toHaveText('Saved')
  await page.getByLabel('Key to delete').fill('name')
  await press(page, 'Delete')
  await expect(messages(page)).toHaveText('Deleted')
})

test('a logout shows its message on the next page, in a new session without data, and the message is gone after a reload', async ({
  page,
  logInAs,
}) => {
  await logInAs('demo')
  await page.goto('/shop')
  await press(page, 'Add Wool scarf to the cart')
  await expect(page.getByRole('link', { name: 'Shop (1)' })).toBeVisible()
  const told = acknowledged(page)
  await press(page, 'Log out')
  await expect(page).toHaveURL(/\/$/)
  await expect(messages(page)).toHaveText('Logged out')
  await expect(page.getByRole('region', { name: 'Data' })).toContainText('{}')
  await told
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Your session' })).toBeVisible()
  await expect(messages(page)).toHaveText('')
})

test('a message disappears on the next page, and neither a link nor the back button shows it again', async ({ page }) => {
  await page.goto('/shop')
  await follow(page, 'Session', '/')
  await Promise.all([acknowledged(page), saved(page)])
  await follow(page, /^Shop/, '/shop')
  await expect(messages(page)).toHaveText('')
  await follow(page, 'Session', '/')
  await expect(entry(page, 'name')).toBeVisible()
  await expect(messages(page)).toHaveText('')
  await page.goBack()
  await expect(page.getByRole('region', { name: 'Cart' })).toBeVisible()
  await expect(messages(page)).toHaveText('')
  await page.goBack()
  await expect(entry(page, 'name')).toBeVisible()
  await expect(messages(page)).toHaveText('')
})

test('a prefetch does not consume a message', async ({ page, context, consoleLog }) => {
  await page.goto('/')
  await hydrated(page)
  const prefetched: string[] = []
  await holdAcknowledging(page, consoleLog, async () => {
    page.on('response', (response) => {
      if ('next-router-prefetch' in response.request().headers()) prefetched.push(response.url())
    })
    await setKey(page, 'name', 'Ada')
    await expect(messages(page)).toHaveText('Saved')
    for (const link of ['How', 'Account']) await page.getByRole('link', { name: link, exact: true }).hover()
    await expect.poll(() => prefetched.length).toBeGreaterThan(0)
  })
  const other = await context.newPage()
  await other.goto('/')
  await expect(messages(other)).toHaveText('Saved')
})

test('a message that could not be acknowledged is shown again', async ({ page, consoleLog }) => {
  await page.goto('/')
  await hydrated(page)
  await holdAcknowledging(page, consoleLog, () => saved(page))
  const told = acknowledged(page)
  await page.reload()
  await expect(messages(page)).toHaveText('Saved')
  await told
  await page.reload()
  await expect(entry(page, 'name')).toBeVisible()
  await expect(messages(page)).toHaveText('')
})

test('another tab does not show a message again', async ({ page, context }) => {
  await page.goto('/')
  await Promise.all([acknowledged(page), saved(page)])
  const other = await context.newPage()
  await other.goto('/')
  await expect(entry(other, 'name')).toBeVisible()
  await expect(messages(other)).toHaveText('')
  await setKey(other, 'colour', 'blue')
  await expect(messages(other)).toHaveText('Saved')
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('a message is in the next document and gone after it, unless a page cannot change the session', { tag: '@cookie' }, async ({
    page,
    logInAs,
    engine,
  }) => {
    await logInAs('demo')
    await page.goto('/account')
    await press(page, 'Log out')
    await expect(messages(page)).toHaveText('Logged out')
    const next = async () => {
      await page.goto('/shop')
      return messages(page).textContent()
    }
    // The message is deleted when the document is sent, so the next request may arrive too early. If a page cannot change the
    // session, the message stays, because only a script could acknowledge it.
    if (whyNot(engine, 'page-consumes-flashes')) expect(await next()).toBe('Logged out')
    else await expect.poll(next).toBe('')
  })
})

async function saved(page: Page): Promise<void> {
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toBeVisible()
  await expect(messages(page)).toHaveText('Saved')
}

function messages(page: Page): Locator {
  return page.locator('.messages').getByRole('status')
}

/** Resolves when the page has acknowledged a message. */
async function acknowledged(page: Page): Promise<void> {
  await page.waitForResponse((response) => isAcknowledging(response.request().postData()))
}

/** Blocks acknowledgements while `act` runs, and expects the browser's report that one failed. */
async function holdAcknowledging(page: Page, consoleLog: string[], act: () => Promise<void>): Promise<void> {
  const reported = page.waitForEvent('console', (message) => message.text().includes('ERR_FAILED'))
  await page.route('**', (route) => (isAcknowledging(route.request().postData()) ? route.abort() : route.fallback()))
  await act()
  await reported
  await page.unrouteAll()
  expect(consoleLog.splice(0)).toEqual([expect.stringContaining('ERR_FAILED')])
}

/** The only argument of this action is a list of ids. The argument of the demo's other actions is a form. */
function isAcknowledging(body: string | null): boolean {
  return /^\[\["\w[\w-]+"\]\]$/.test(body ?? '')
}
