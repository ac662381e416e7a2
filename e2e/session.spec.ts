import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { entry, press, sessionCookie, setKey, shownId } from './flows'

test('the page names the engine', { tag: '@engines' }, async ({ visitor, engine }) => {
  const { text } = await visitor.get('/')
  // React puts comments between the parts of a text.
  expect(text.replaceAll('<!-- -->', '')).toContain(`SESSION_ENGINE=${engine}`)
})

test('a visitor who only reads has no session and receives no cookie', async ({ page, context }) => {
  await page.goto('/')
  await expect(page.getByTestId('id')).toContainText('none')
  await page.reload()
  await expect(page.getByTestId('id')).toContainText('none')
  expect(await context.cookies()).toEqual([])
})

test('a name that was set with the form is still shown after a reload', { tag: '@engines' }, async ({ page }) => {
  await page.goto('/')
  await setKey(page, 'name', 'John Doe')
  await expect(entry(page, 'name')).toHaveText('name: "John Doe"')
  await page.reload()
  await expect(entry(page, 'name')).toHaveText('name: "John Doe"')
})

test('the cookie belongs to this host, is hidden from scripts, and contains a token or the encrypted session', {
  tag: '@cookie',
}, async ({ page, context, engine }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await shownId(page)
  const cookie = await sessionCookie(context)
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/', domain: 'localhost' })
  const isSealed = whyNot(engine, 'tokens') !== undefined
  expect(cookie?.value).toMatch(isSealed ? /^[\w-]+\.(\.[\w-]+){3}$/ : /^v1(\.[\w-]+){5}$/)
  expect(cookie?.value.length).toBeLessThanOrEqual(isSealed ? 1000 : 200)
  expect(await page.evaluate(() => document.cookie)).toBe('')
})

test('setting a key again replaces its value and keeps the other keys', { tag: '@long' }, async ({ page }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toHaveText('name: "Ada"')
  await setKey(page, 'colour', 'blue')
  await expect(entry(page, 'colour')).toHaveText('colour: "blue"')
  await setKey(page, 'name', 'Grace')
  await expect(entry(page, 'name')).toHaveText('name: "Grace"')
  await expect(entry(page, 'colour')).toHaveText('colour: "blue"')
})

test('a JSON value is stored as JSON and shown as a tree', async ({ page }) => {
  await page.goto('/')
  await setKey(page, 'person', '{"first":"Ada","languages":["en","fr"]}')
  const tree = entry(page, 'person').getByRole('listitem')
  await expect(tree.filter({ hasText: /^first:/ })).toHaveText('first: "Ada"')
  await expect(tree.filter({ hasText: /^1:/ })).toHaveText('1: "fr"')
})

test('a deleted key is gone after a reload, and the other keys are still there', { tag: '@long' }, async ({ page }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toBeVisible()
  await setKey(page, 'colour', 'blue')
  await expect(entry(page, 'colour')).toBeVisible()
  await page.getByLabel('Key to delete').fill('name')
  await press(page, 'Delete')
  await expect(entry(page, 'name')).toHaveCount(0)
  await page.reload()
  await expect(entry(page, 'colour')).toBeVisible()
  await expect(entry(page, 'name')).toHaveCount(0)
})

test('clear() empties the data and keeps the session', async ({ page, context, engine }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  const id = await shownId(page)
  const before = await sessionCookie(context)
  await press(page, 'clear()')
  await expect(entry(page, 'name')).toHaveCount(0)
  await page.reload()
  await expect(page.getByTestId('id')).toHaveText(id)
  await expect(page.getByRole('region', { name: 'Data' })).toContainText('{}')
  const isQuiet = whyNot(engine, 'quiet-writes') === undefined
  expect((await sessionCookie(context))?.value === before?.value).toBe(isQuiet)
})

test('cycleKey() keeps id and data under a new token, and the old token is rejected', async ({
  page,
  context,
  openBrowser,
  engine,
}) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  const id = await shownId(page)
  const before = await sessionCookie(context)
  const thief = await openBrowser(context)
  await press(page, 'cycleKey()')
  await expect.poll(async () => (await sessionCookie(context))?.value).not.toBe(before?.value)
  await page.reload()
  await expect(page.getByTestId('id')).toHaveText(id)
  await expect(entry(page, 'name')).toHaveText('name: "Ada"')
  await thief.goto('/')
  await expect(thief.getByTestId('id')).toContainText(whyNot(engine, 'revocation') ? id : 'none')
})

test('flush() deletes the session and its cookie, and the next write creates another session', async ({ page, context }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  const id = await shownId(page)
  await press(page, 'flush()')
  await expect(page.getByTestId('id')).toContainText('none')
  expect(await context.cookies()).toEqual([])
  await setKey(page, 'colour', 'blue')
  await expect(entry(page, 'colour')).toBeVisible()
  await expect(entry(page, 'name')).toHaveCount(0)
  expect(await shownId(page)).not.toBe(id)
})

test('an expiry of one hour starts at the last activity', async ({ page, context }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await shownId(page)
  const before = Date.now()
  await page.getByLabel('Expires').selectOption({ label: 'after 1 hour' })
  await press(page, 'Save')
  const end = async () => Date.parse((await page.getByTestId('expiry').getByRole('time').getAttribute('datetime')) ?? '')
  await expect.poll(end).toBeLessThan(before + 86_400_000)
  expect(await end()).toBeGreaterThanOrEqual(before + 3_600_000)
  expect(await end()).toBeLessThanOrEqual(Date.now() + 3_600_000)
  expect((await sessionCookie(context))?.expires).toBeGreaterThan(before / 1000)
})

test('a session can expire when the browser closes, and can return to the default expiry', async ({ page, context }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await shownId(page)
  expect((await sessionCookie(context))?.expires).toBeGreaterThan(Date.now() / 1000)
  await page.getByLabel('Expires').selectOption({ label: 'when the browser closes' })
  await press(page, 'Save')
  await expect(page.getByTestId('expiry')).toContainText('or when the browser closes')
  expect((await sessionCookie(context))?.expires).toBe(-1)
  await page.getByLabel('Expires').selectOption({ label: 'after 14 days (default)' })
  await press(page, 'Save')
  await expect(page.getByTestId('expiry')).not.toContainText('or when the browser closes')
  expect((await sessionCookie(context))?.expires).toBeGreaterThan(Date.now() / 1000)
})

test('the counter adds 1 at each press and keeps its value', { tag: '@long' }, async ({ page }) => {
  await page.goto('/')
  for (const count of ['1', '2', '3']) {
    await press(page, 'Add 1')
    await expect(page.getByTestId('counter')).toHaveText(count)
  }
  await page.reload()
  await expect(page.getByTestId('counter')).toHaveText('3')
})

test('a reserved key is rejected with an explanation, and nothing is written', { tag: '@long' }, async ({ page }) => {
  await page.goto('/')
  await setKey(page, '_x', 'mine')
  await expect(page.getByRole('alert').filter({ hasText: 'Keys must not start with _' })).toBeVisible()
  await expect(page.getByTestId('id')).toContainText('none')
})

test('data above the limit is rejected with an explanation, and the old data stays', { tag: '@long' }, async ({ page }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toBeVisible()
  await setKey(page, 'much', 'x'.repeat(70_000))
  await expect(page.getByRole('alert').filter({ hasText: 'too large' })).toBeVisible()
  await expect(entry(page, 'name')).toBeVisible()
  await expect(entry(page, 'much')).toHaveCount(0)
})

test('the title says what the library is, then contains the session id, even after a change without a reload', async ({ page }) => {
  await page.goto('/')
  await expect(page).toHaveTitle(/^Coatcheck: (Server-side s|S)essions for Next\.js$/)
  await setKey(page, 'name', 'Ada')
  const id = await shownId(page)
  await expect(page).toHaveTitle(new RegExp(`^Session ${id.slice(-8)}`))
  await page.reload()
  await expect(page).toHaveTitle(new RegExp(`^Session ${id.slice(-8)}`))
})

test('an unknown error code in the query shows a general message', async ({ visitor }) => {
  for (const problem of ['constructor', '__proto__', 'toString', 'DATA_WRONG']) {
    const { status, text } = await visitor.get(`/?problem=${problem}`)
    expect([status, text.includes('Something went wrong. Nothing was saved')]).toEqual([200, true])
  }
})

test('an error is shown until the next change succeeds, and without the message of an earlier success', async ({ page }) => {
  await page.goto('/')
  await setKey(page, 'theme', 'dark')
  await expect(page.locator('.messages')).toHaveText('Saved')
  await setKey(page, '_x', '1')
  await expect(page.getByRole('alert').filter({ hasText: 'Keys must not start with _' })).toBeVisible()
  await expect(page.locator('.messages')).toHaveText('')
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toBeVisible()
  await expect(page.getByRole('alert').filter({ hasText: 'Keys must not start with _' })).toHaveCount(0)
})

test('every page loads even if the keys of the cart and the counter have invalid values', async ({ page }) => {
  await page.goto('/')
  await setKey(page, 'cart', '5')
  await expect(entry(page, 'cart')).toBeVisible()
  await setKey(page, 'counter', 'x')
  await expect(entry(page, 'counter')).toContainText('"x"')
  await press(page, 'Add 1')
  await expect(page.getByTestId('counter')).toHaveText('1')
  await page.goto('/shop')
  await expect(page.getByRole('region', { name: 'Cart' })).toContainText('The cart is empty.')
})
