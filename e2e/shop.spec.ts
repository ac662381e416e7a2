import { createDatabase } from '../test/postgres'
import { whyNot } from './exceptions'
import { expect, expectSilence, test } from './fixtures'
import { press } from './flows'
import { randomSecret, startServer } from './server'
import { Visitor } from './visitor'

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
  engine,
  redisUrl,
  postgresUrl,
}) => {
  const env = {
    DATABASE_URL: await createDatabase(postgresUrl),
    SESSION_ENGINE: engine,
    REDIS_URL: redisUrl,
    SESSION_SECRET: randomSecret(),
  }
  const before = await startServer({ env })
  const visitor = new Visitor(before.url)
  await visitor.patch({ cart: [{ id: 'gloves', quantity: 1 }] })
  await visitor.post('/api/login', { username: 'demo', password: 'demo' })
  expect(await shopOf(visitor)).toContain('1 × Leather gloves')
  await before.stop()

  const after = await startServer({ env })
  const later = new Visitor(after.url, visitor.cookie)
  const isKept = whyNot(engine, 'restart') === undefined
  expect(await shopOf(later)).toContain(isKept ? '1 × Leather gloves' : 'The cart is empty.')
  await later.post('/api/logout')
  expect(await shopOf(later)).toContain('The cart is empty.')
  await after.stop()
  for (const server of [before, after]) expectSilence(server)
})

/** Returns the HTML of the shop, without the comments that React puts between the parts of a text. */
async function shopOf(visitor: Visitor): Promise<string> {
  return (await visitor.get('/shop')).text.replaceAll('<!-- -->', '')
}
