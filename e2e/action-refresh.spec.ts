import type { Page } from 'playwright/test'
import { expect, test } from './fixtures'
import { entry, expectLoggedOut, follow, hydrated, logIn, press, setKey } from './flows'

// The token does not change with the data of an existing session, so the router cannot detect a change by the cookie.
async function startAsNew(page: Page): Promise<void> {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toBeVisible()
}

test('a page that was visited before an action shows what the action changed', async ({ page }) => {
  await startAsNew(page)
  await page.goto('/shop')
  await expect(page.getByRole('region', { name: 'Cart' })).toContainText('The cart is empty.')
  await follow(page, 'Session', '/')
  await setKey(page, 'cart', '[{"id":"scarf","quantity":2}]')
  await expect(entry(page, 'cart')).toBeVisible()
  await follow(page, /^Shop/, '/shop')
  await expect(page.getByRole('region', { name: 'Cart' })).toContainText('2 × Wool scarf')
})

test('every page shows the new cart count in the header after an action, without a reload', async ({ page }) => {
  await startAsNew(page)
  await follow(page, 'Shop (0)', '/shop')
  await press(page, 'Add Wool scarf to the cart')
  await expect(page.getByRole('link', { name: 'Shop (1)' })).toBeVisible()
  await follow(page, 'Session', '/')
  await expect(page.getByRole('link', { name: 'Shop (1)' })).toBeVisible()
  await expect(entry(page, 'cart')).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('region', { name: 'Cart' })).toContainText('1 × Wool scarf')
  await expect(page.getByRole('link', { name: 'Shop (1)' })).toBeVisible()
})

test('after a write, the back button shows the new data on a page that was visited before', async ({ page }) => {
  await startAsNew(page)
  await expect(page.getByTestId('counter')).toHaveText('0')
  await follow(page, 'Shop (0)', '/shop')
  await press(page, 'Add Cedar hanger to the cart')
  await expect(page.getByRole('link', { name: 'Shop (1)' })).toBeVisible()
  await page.goBack()
  await expect(entry(page, 'cart')).toBeVisible()
})

test('the header of every page shows a login and a logout without a reload', async ({ page }) => {
  await page.goto('/')
  await follow(page, 'Log in', '/login')
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await follow(page, 'Session', '/')
  await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible()
  await press(page, 'Log out')
  await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible()
  await follow(page, 'Shop (0)', '/shop')
  await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible()
})

test('after a login, a link to a guarded page leads to that page even if it was prefetched before the login', async ({ page }) => {
  await page.goto('/login?next=/shop')
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Shop' })).toBeVisible()
  await follow(page, 'Account', '/account')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
})

test('the back button does not show a guarded page after a logout', async ({ page, logInAs }) => {
  await logInAs('demo')
  await page.goto('/account')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await press(page, 'Log out')
  await expectLoggedOut(page)
  await page.goBack()
  await expect(page).toHaveURL(/\/login\?next=%2Faccount$/)
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toHaveCount(0)
})

test('a guarded page that was visited before a logout redirects to the login page', async ({ page, logInAs }) => {
  await logInAs('demo')
  await page.goto('/account')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await follow(page, 'Session', '/')
  await press(page, 'Log out')
  await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible()
  await page.getByRole('link', { name: 'Account' }).click()
  await expect(page).toHaveURL(/\/login\?next=%2Faccount$/)
})

test('the router calls an action without loading the page again', async ({ page }) => {
  await startAsNew(page)
  await hydrated(page)
  const called = page.waitForRequest((request) => request.method() === 'POST' && 'next-action' in request.headers())
  await setKey(page, 'name', 'Grace')
  expect((await called).isNavigationRequest()).toBe(false)
  await expect(entry(page, 'name')).toHaveText('name: "Grace"')
})
