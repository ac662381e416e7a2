import { expect, test } from './fixtures'
import { hydrated } from './flows'
import { cookieName, Visitor } from './visitor'

// Playwright turns the back-forward cache off.
test.use({
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
})

test('Back after a logout shows no data of the last user, whether the page comes from the back-forward cache or not', async ({
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

test('Back without a logout shows the page with what was typed', async ({ page, logInAs }) => {
  await logInAs('demo')
  await page.goto('/timeout')
  await hydrated(page)
  await page.getByLabel('Type here').fill('typed')
  await page.goto('/api/session')
  await page.goBack({ waitUntil: 'commit' })
  await expect(page.getByLabel('Type here')).toHaveValue('typed')
})
