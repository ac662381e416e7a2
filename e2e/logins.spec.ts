import type { BrowserContext, Page } from 'playwright/test'
import { expect } from './fixtures'
import { testOnContexts } from './next-contexts'
import { Visitor } from './visitor'

const test = testOnContexts.start

test('the late response of an action does not replace the cookie of a login that another tab has made', async ({ page, app }) => {
  const { request } = page
  await request.post(`${app.url}/api/begin`, { data: 'Ada' })
  await page.goto('/slow')
  await page.getByLabel('Name').fill('Grace')
  await page.getByRole('button', { name: 'Rename slowly' }).click()
  await expect.poll(() => waiting(app.url)).toBe(1)
  const before = await tokensOf(page.context())
  // This is the other tab, because `request` shares the cookies of the browser.
  await request.post(`${app.url}/api/login`, { data: '7' })
  const loggedIn = await tokensOf(page.context())
  expect(loggedIn).not.toEqual(before)
  await release(app.url)
  await expect(page.getByRole('status')).toContainText('Grace')
  expect(await tokensOf(page.context())).toEqual(loggedIn)
  await page.reload()
  await expect(page.getByRole('status')).toHaveText('Grace, user 7')
})

test('the late response of an action that lost its session does not change the cookie of the next login', async ({ page, app }) => {
  const { request } = page
  await request.post(`${app.url}/api/login`, { data: '7' })
  await page.goto('/slow')
  await page.getByLabel('Name').fill('Grace')
  await page.getByRole('button', { name: 'Rename slowly' }).click()
  await expect.poll(() => waiting(app.url)).toBe(1)
  await request.post(`${app.url}/api/logout`)
  await request.post(`${app.url}/api/login`, { data: '8' })
  const loggedIn = await tokensOf(page.context())
  await release(app.url)
  await page.goto('/slow')
  await expect(page.getByRole('status')).toContainText('user 8')
  expect(await tokensOf(page.context())).toEqual(loggedIn)
})

test.describe('the next user of a browser sees no data of the previous user in hidden pages', () => {
  const endings: Record<string, (page: Page, url: string) => Promise<unknown>> = {
    'a logout action without a redirect': async (page) => {
      await page.getByRole('button', { name: 'Log out' }).click()
      await expect(page.getByRole('status')).toHaveText('user: null')
    },
    'a login without a logout': async () => {},
    'a revocation by another device': async (page, url) => {
      const [token] = await tokensOf(page.context())
      await new Visitor(url, `session=${token}`).post('/api/logout')
    },
    'a logout by fetch': async (page) => page.evaluate(() => fetch('/api/logout', { method: 'POST' })),
  }
  for (const [name, end] of Object.entries(endings)) {
    test(`after ${name}`, async ({ page, app }) => {
      await page.goto('/next-user')
      await logInAs(page, 'A')
      await page.getByRole('link', { name: 'Draft' }).click()
      await page.getByLabel('Text').fill('saved by A')
      await page.getByRole('button', { name: 'Save' }).click()
      await expect(page.getByText('draft of A, saved: saved by A')).toBeVisible()
      await page.getByLabel('Password').fill('password of A')
      await page.getByRole('link', { name: 'Users' }).click()
      await expect(page.getByRole('status')).toHaveText('user: A')
      await end(page, app.url)
      await logInAs(page, 'B')
      await page.getByRole('link', { name: 'Draft' }).click()
      await expect(page.getByText('draft of B, saved: nothing')).toBeVisible()
      await expect(page.getByLabel('Password')).toHaveValue('')
      expect(await page.content()).not.toContain('of A')
    })
  }
})

async function logInAs(page: Page, user: string): Promise<void> {
  await page.getByLabel('User').fill(user)
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page.getByRole('status')).toHaveText(`user: ${user}`)
}

const waiting = async (url: string) => (await new Visitor(url).get('/api/release')).json
const release = (url: string) => new Visitor(url).post('/api/release')

async function tokensOf(context: BrowserContext): Promise<string[]> {
  return (await context.cookies()).filter(({ name }) => name === 'session').map(({ value }) => value)
}
