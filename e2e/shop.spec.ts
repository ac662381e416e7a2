import { rm } from 'node:fs/promises'
import type { Locator, Page } from 'playwright/test'
import { whyNot } from './exceptions'
import { emptyPglite, expect, expectSilence, test } from './fixtures'
import { logIn, press } from './flows'
import { randomSecret, startServer } from './server'

test('the cart shows the total of its items, without those that were removed', async ({ page }) => {
  await page.goto('/shop')
  const cart = page.getByRole('region', { name: 'Cart' })
  await expect(cart).toContainText('The cart is empty.')
  await press(page, 'Add Wool scarf to the cart')
  await expect(cart.getByRole('listitem')).toContainText(['1 × Wool scarf'])
  await press(page, 'Add Wool scarf to the cart')
  await expect(cart.getByRole('listitem')).toContainText(['2 × Wool scarf'])
  await press(page, 'Add Cedar hanger to the cart')
  await expect(page.getByTestId('total')).toHaveText('€67.00')
  await press(page, 'Remove Wool scarf')
  await expect(page.getByTestId('total')).toHaveText('€9.00')
  await page.reload()
  await expect(cart.getByRole('listitem')).toContainText(['1 × Cedar hanger'])
})

test('a cart survives the login and a restart of the server, and is gone after the logout', { tag: '@memory' }, async ({
  openBrowser,
  engine,
  redisUrl,
}) => {
  const folder = await emptyPglite()
  const env = {
    DATABASE_DRIVER: 'pglite',
    DATA_DIR: folder,
    SESSION_ENGINE: engine,
    REDIS_URL: redisUrl,
    SESSION_SECRET: randomSecret(),
  }
  const before = await startServer({ env })
  const page = await openBrowser()
  await page.goto(`${before.url}/shop`)
  await press(page, 'Add Leather gloves to the cart')
  await expect(linesOfCart(page)).toContainText(['1 × Leather gloves'])
  await page.getByRole('link', { name: 'Log in' }).click()
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await page.getByRole('link', { name: 'Shop (1)' }).click()
  await expect(linesOfCart(page)).toContainText(['1 × Leather gloves'])
  const later = await openBrowser(page.context())
  // A stopping server waits for the connections of open pages.
  await page.context().close()
  await before.stop()

  const after = await startServer({ env })
  await later.goto(`${after.url}/shop`)
  if (!whyNot(engine, 'restart')) await expectCartUntilLogOut(later)
  await expect(later.getByRole('region', { name: 'Cart' })).toContainText('The cart is empty.')
  await later.context().close()
  await after.stop()

  for (const server of [before, after]) expectSilence(server)
  await rm(folder, { recursive: true })
})

async function expectCartUntilLogOut(page: Page): Promise<void> {
  await expect(linesOfCart(page)).toContainText(['1 × Leather gloves'])
  await page.getByRole('link', { name: 'Account' }).click()
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await press(page, 'Log out')
  await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible()
  await page.getByRole('link', { name: 'Shop (0)' }).click()
}

function linesOfCart(page: Page): Locator {
  return page.getByRole('region', { name: 'Cart' }).getByRole('listitem')
}
