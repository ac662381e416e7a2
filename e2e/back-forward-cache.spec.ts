import { chromium } from 'playwright/test'
import { test as base, expect, listen } from './fixtures'
import { hydrated } from './flows'
import { cookieName, Visitor } from './visitor'

// Playwright turns the back-forward cache off. If this file set `launchOptions`, it would get a worker and a server of its own.
const test = base.extend({
  context: async ({ launchOptions, baseURL, consoleLog }, use) => {
    const browser = await chromium.launch({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] })
    try {
      const context = await browser.newContext({ ...(baseURL && { baseURL }) })
      const unlisten = listen(context, consoleLog)
      await use(context)
      unlisten()
    } finally {
      await browser.close()
    }
  },
})

test('the back button shows no data of the previous user after a logout, with and without the back-forward cache', async ({
  page,
  context,
  logInAs,
  app,
}) => {
  await logInAs('demo')
  await page.goto('/account')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await hydrated(page)
  await page.goto('/api/session')
  const cookie = (await context.cookies()).find(({ name }) => name === cookieName)
  await new Visitor(app.url, `${cookieName}=${cookie?.value}`).post('/api/logout')
  await page.goBack({ waitUntil: 'commit' })
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible()
  await expect(page.getByText('Hello demo')).toHaveCount(0)
})

test('without a logout, the back button shows the page with the typed text', async ({ page, logInAs }) => {
  await logInAs('demo')
  await page.goto('/timeout')
  await hydrated(page)
  await page.getByLabel('Type here').fill('typed')
  await page.goto('/api/session')
  await page.goBack({ waitUntil: 'commit' })
  await expect(page.getByLabel('Type here')).toHaveValue('typed')
})
