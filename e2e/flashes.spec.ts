import type { Locator, Page } from 'playwright/test'
import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { entry, follow, hydrated, logIn, press, setKey } from './flows'

test('what an action leaves is shown once, and gone after a reload', async ({ page }) => {
  await page.goto('/')
  await Promise.all([acknowledged(page), saved(page)])
  await page.reload()
  await expect(entry(page, 'name')).toBeVisible()
  await expect(messages(page)).toHaveText('')
})

test('it stays on the screen after it was acknowledged', async ({ page }) => {
  await page.goto('/')
  await saved(page)
  // An action is called only after what the one before has brought is on the screen: with sessions in cookies that is a new page.
  await press(page, 'Add 1')
  await expect(page.getByTestId('counter')).toHaveText('1')
  await expect(messages(page)).toHaveText('')
  await setKey(page, 'name', 'Grace')
  await expect(messages(page)).toHaveText('Saved')
})

test('the next message takes the place of the one before', async ({ page }) => {
  await page.goto('/')
  await saved(page)
  await page.getByLabel('Key to delete').fill('name')
  await press(page, 'Delete')
  await expect(messages(page)).toHaveText('Deleted')
})

test('a log-out is said on the page it leads to, in a new session without data, and gone after a reload', async ({ page }) => {
  await page.goto('/login?next=/shop')
  await logIn(page, 'demo')
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

test('it goes when the visitor goes to another page, and does not come back by a link or the back button', async ({ page }) => {
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

test('the router may prefetch while one waits: it is for the page that is seen', async ({ page, context, consoleLog }) => {
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

test('if it cannot be acknowledged it is shown again, until it can', async ({ page, consoleLog }) => {
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

test('another tab does not show again what one has shown', async ({ page, context }) => {
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

  test('it is in the document that follows, and gone once that is sent', async ({ page, engine }) => {
    await page.goto('/login')
    await logIn(page, 'demo')
    await press(page, 'Log out')
    await expect(messages(page)).toHaveText('Logged out')
    const next = async () => {
      await page.goto('/shop')
      return messages(page).textContent()
    }
    // It goes when the document is sent, so that the next one may just come too early. Where no page can take it away it stays, since
    // nothing but a script could acknowledge it.
    if (whyNot(engine, 'a page consumes')) expect(await next()).toBe('Logged out')
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

/** Resolves when the page has told the server that a message is on the screen. */
async function acknowledged(page: Page): Promise<void> {
  await page.waitForResponse((response) => isAcknowledging(response.request().postData()))
}

/** Lets no acknowledgement out of the page meanwhile: each fails, as the browser reports. */
async function holdAcknowledging(page: Page, consoleLog: string[], act: () => Promise<void>): Promise<void> {
  const reported = page.waitForEvent('console', (message) => message.text().includes('ERR_FAILED'))
  await page.route('**', (route) => (isAcknowledging(route.request().postData()) ? route.abort() : route.fallback()))
  await act()
  await reported
  await page.unrouteAll()
  expect(consoleLog.splice(0)).toEqual([expect.stringContaining('ERR_FAILED')])
}

/** Its only argument is a list of ids; that of the demo's other actions is a form. */
function isAcknowledging(body: string | null): boolean {
  return /^\[\["\w[\w-]+"\]\]$/.test(body ?? '')
}
