import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { entry, expectLoggedOut, logIn, press, sessionCookie, setKey, shownId } from './flows'

test.use({ javaScriptEnabled: false })

test('without JavaScript, a name that was set with the form is still shown after a reload', async ({ page }) => {
  await page.goto('/')
  await setKey(page, 'name', 'John Doe')
  await expect(entry(page, 'name')).toHaveText('name: "John Doe"')
  const id = await shownId(page)
  await expect(page).toHaveTitle(new RegExp(`^Session ${id.slice(-8)}`))
  await page.goto('/')
  await expect(entry(page, 'name')).toHaveText('name: "John Doe"')
  await expect(page.getByTestId('id')).toHaveText(id)
})

test('without JavaScript, keys can be deleted, and the session can be cleared and deleted', async ({ page, context }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await setKey(page, 'colour', 'blue')
  await page.getByLabel('Key to delete').fill('name')
  await press(page, 'Delete')
  await expect(entry(page, 'name')).toHaveCount(0)
  await expect(entry(page, 'colour')).toBeVisible()
  await press(page, 'clear()')
  await expect(entry(page, 'colour')).toHaveCount(0)
  await shownId(page)
  await press(page, 'flush()')
  await expect(page.getByTestId('id')).toContainText('none')
  expect(await context.cookies()).toEqual([])
})

test('without JavaScript, the token can be rotated and the expiry can be chosen', async ({ page, context }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  const id = await shownId(page)
  const before = await sessionCookie(context)
  await press(page, 'cycleKey()')
  await expect(page.getByTestId('id')).toHaveText(id)
  expect((await sessionCookie(context))?.value).not.toBe(before?.value)
  await page.getByLabel('Expires').selectOption('0')
  await press(page, 'Save')
  await expect(page.getByTestId('expiry')).toContainText('or when the browser closes')
  expect((await sessionCookie(context))?.expires).toBe(-1)
})

test('without JavaScript, the counter adds 1 at each press', async ({ page }) => {
  await page.goto('/')
  for (const count of ['1', '2', '3']) {
    await press(page, 'Add 1')
    await expect(page.getByTestId('counter')).toHaveText(count)
  }
})

test('without JavaScript, a reserved key is rejected with an explanation', async ({ page }) => {
  await page.goto('/')
  await setKey(page, '_x', 'mine')
  await expect(page.getByRole('alert')).toContainText('Keys must not start with _')
})

test('without JavaScript, a cart survives the login and is gone after the logout', async ({ page }) => {
  await page.goto('/shop')
  await press(page, 'Add Black umbrella to the cart')
  const cart = page.getByRole('region', { name: 'Cart' })
  await expect(cart).toContainText('1 × Black umbrella')
  await page.getByRole('link', { name: 'Log in' }).click()
  await logIn(page, 'demo', 'wrong')
  await expect(page.getByRole('alert')).toContainText('Wrong username or password.')
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await page.getByRole('link', { name: 'Shop (1)' }).click()
  await expect(cart).toContainText('1 × Black umbrella')
  await press(page, 'Log out')
  await expectLoggedOut(page)
  await page.getByRole('link', { name: 'Shop (0)' }).click()
  await expect(cart).toContainText('The cart is empty.')
})

test('without JavaScript, an anonymous visitor is redirected to the login page and back', async ({ page }) => {
  await page.goto('/account?x=1')
  await logIn(page, 'demo')
  await expect(page).toHaveURL(/\/account\?x=1$/)
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
})

// On PostgreSQL, this is tested in admin.spec.ts.
test('without JavaScript, an admin can revoke the session of another browser', { tag: '@long' }, async ({
  page,
  visitor,
  engine,
}) => {
  await visitor.patch({ name: 'Ada' })
  const { id } = (await visitor.get('/api/session')).json as { id: string }
  await page.goto('/admin/sessions')
  await logIn(page, 'admin')
  if (whyNot(engine, 'listing')) return expect(page.getByText('The server has no list of them')).toBeVisible()
  const end = page.getByRole('link', { name: `Revoke session ${id}` })
  await end.click()
  await press(page, 'Revoke session')
  await expect(page.locator('.messages')).toHaveText('Revoked 1 session.')
  await expect(end).toHaveCount(0)
  expect((await visitor.get('/api/session')).json).toMatchObject({ id: null, data: {} })
})
