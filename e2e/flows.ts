import type { BrowserContext, Locator, Page } from 'playwright/test'
import { expect } from './fixtures'
import { cookieName } from './visitor'

/** Sets a key with the form of `/`; `value` is JSON or text. */
export async function setKey(page: Page, key: string, value: string): Promise<void> {
  await page.getByLabel('Key', { exact: true }).fill(key)
  await page.getByLabel('Value (JSON or text)').fill(value)
  await page.getByRole('button', { name: 'Set', exact: true }).click()
}

/** Fills in the form of `/login`. */
export async function logIn(page: Page, username: 'demo' | 'admin', password: string = username): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

export async function press(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: button }).click()
}

/** Waits for the page `/` after a logout. The new session contains only the message. */
export async function expectLoggedOut(page: Page): Promise<void> {
  await expect(page.locator('.messages')).toHaveText('Logged out')
  await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Data' })).toContainText('{}')
}

/** Returns the list item of a top-level key on `/`. */
export function entry(page: Page, key: string): Locator {
  return page
    .getByRole('region', { name: 'Data' })
    .getByRole('listitem')
    .filter({ hasText: new RegExp(`^${key}:`) })
}

/** Waits until `/` shows a session id, and returns it. */
export async function shownId(page: Page): Promise<string> {
  await expect(page.getByTestId('id')).toHaveText(/^[0-9a-f-]{36}$/)
  return (await page.getByTestId('id').textContent()) ?? ''
}

/** Returns the session cookie, or undefined. */
export async function sessionCookie(context: BrowserContext) {
  const cookies = await context.cookies()
  return cookies.find(({ name }) => name === cookieName)
}

/** Waits until React runs in the page, so that the router follows its links. */
export async function hydrated(page: Page): Promise<void> {
  const link = page.getByRole('link', { name: 'Session', exact: true })
  // React marks the elements that it has hydrated. Nothing on the screen shows that.
  await expect.poll(() => link.evaluate((node) => Object.keys(node).some((key) => key.startsWith('__reactProps')))).toBe(true)
}

/** Follows a link of the header. Fails if that loads a new document. */
export async function follow(page: Page, link: string | RegExp, to: string | RegExp): Promise<void> {
  await hydrated(page)
  const loadedAt = await page.evaluate(() => performance.timeOrigin)
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: link }).click()
  await expect(page).toHaveURL(to)
  expect(await page.evaluate(() => performance.timeOrigin), 'the router followed the link').toBe(loadedAt)
}
