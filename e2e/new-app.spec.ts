import type { Page } from 'playwright/test'
import { expect } from './fixtures'
import { logIn, newApp, revokeAll, test } from './new-app'

const { basePath = '' } = newApp
const account = `${basePath}/account`
const greeting = (page: Page, name: string) => expect(page.getByRole('heading', { name: `Hello ${name}` })).toBeVisible()
const atLogin = (page: Page) => expect(page).toHaveURL((url) => url.pathname === `${basePath}/login`)

async function openAccount(page: Page, username: string): Promise<void> {
  await page.goto(account)
  await logIn(page, username)
  await expect(page).toHaveURL((url) => url.pathname === account)
  await greeting(page, 'user')
}

async function rename(page: Page, name: string): Promise<void> {
  await page.getByPlaceholder('Your name').fill(name)
  await page.getByRole('button', { name: 'Save' }).click()
}

test('a visitor is asked to log in, and returns to the page that the guard has protected', async ({ page }) => {
  await page.goto(`${account}?tab=1`)
  await atLogin(page)
  await logIn(page, 'demo', 'wrong')
  await expect(page.getByText('Wrong username or password.')).toBeVisible()
  await logIn(page, 'demo')
  await expect(page).toHaveURL((url) => url.pathname + url.search === `${account}?tab=1`)
  await greeting(page, 'user')
})

test('a value that an action stores is on the page at once, and after a reload', async ({ page }) => {
  await openAccount(page, 'demo')
  await rename(page, 'Ada')
  await greeting(page, 'Ada')
  await page.reload()
  await greeting(page, 'Ada')
})

test('after a logout, the back button shows no private page', async ({ page }) => {
  await openAccount(page, 'demo')
  await rename(page, 'Ada')
  await greeting(page, 'Ada')
  await page.getByRole('button', { name: 'Log out' }).click()
  await atLogin(page)
  await page.goBack()
  await expect(page.getByPlaceholder('Username')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Hello Ada' })).toBeHidden()
})

test('the next user of a browser does not see the input of the previous user', async ({ page }) => {
  test.skip(newApp.driver !== undefined, 'the login that coatcheck init writes has only one user')
  await openAccount(page, 'demo')
  await page.getByPlaceholder('Your name').fill('a secret')
  await page.getByRole('button', { name: 'Log out' }).click()
  await atLogin(page)
  await logIn(page, 'guest')
  await greeting(page, 'user')
  await expect(page.getByPlaceholder('Your name')).toHaveValue('')
})

test('a revoked session opens no page and can run no action', async ({ page, databaseUrl }) => {
  test.skip(newApp.embedded === true, 'only the app itself can open its embedded database')
  await openAccount(page, 'demo')
  await revokeAll(databaseUrl)
  await rename(page, 'Ada')
  await atLogin(page)
  await logIn(page, 'demo')
  await greeting(page, 'user')
  await revokeAll(databaseUrl)
  await page.goto(account)
  await atLogin(page)
})

test('a visitor whose session was revoked follows a link, logs in, and is not led back to the login page', async ({
  page,
  databaseUrl,
}) => {
  test.skip(newApp.embedded === true, 'only the app itself can open its embedded database')
  await openAccount(page, 'demo')
  await page.goto(basePath || '/')
  await revokeAll(databaseUrl)
  await page.getByRole('link', { name: 'Your account' }).click()
  await atLogin(page)
  await logIn(page, 'demo')
  await greeting(page, 'user')
  await page.reload()
  await greeting(page, 'user')
})

test('a page that does not exist responds with 404', async ({ visitor }) => {
  expect((await visitor.get('/nothing')).status).toBe(404)
})
