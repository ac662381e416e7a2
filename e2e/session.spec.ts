import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { entry, press, sessionCookie, setKey, shownId } from './flows'

test.beforeEach(async ({ page }) => {
  await page.goto('/')
})

test('the page says which engine is on', async ({ page, engine }) => {
  await page.goto('/')
  await expect(page.getByTestId('engine')).toContainText(`SESSION_ENGINE=${engine}`)
})

test('a visitor who only looks has no session and gets no cookie', async ({ page, context }) => {
  await expect(page.getByTestId('id')).toContainText('none')
  await page.reload()
  await expect(page.getByTestId('id')).toContainText('none')
  expect(await context.cookies()).toEqual([])
})

test('a name set in the form is there after a reload', async ({ page }) => {
  await setKey(page, 'name', 'John Doe')
  await expect(entry(page, 'name')).toHaveText('name: "John Doe"')
  await page.reload()
  await expect(entry(page, 'name')).toHaveText('name: "John Doe"')
})

test('the cookie is for this host only, out of reach for scripts, and holds a token, or the sealed session', async ({
  page,
  context,
  engine,
}) => {
  await setKey(page, 'name', 'Ada')
  await shownId(page)
  const cookie = await sessionCookie(context)
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/', domain: 'localhost' })
  const isSealed = whyNot(engine, 'tokens') !== undefined
  expect(cookie?.value).toMatch(isSealed ? /^[\w-]+\.(\.[\w-]+){3}$/ : /^v1(\.[\w-]+){5}$/)
  expect(cookie?.value.length).toBeLessThanOrEqual(isSealed ? 1000 : 200)
  expect(await page.evaluate(() => document.cookie)).toBe('')
})

test('a key that is set again has the new value, and the others keep theirs', async ({ page }) => {
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toHaveText('name: "Ada"')
  await setKey(page, 'colour', 'blue')
  await expect(entry(page, 'colour')).toHaveText('colour: "blue"')
  await setKey(page, 'name', 'Grace')
  await expect(entry(page, 'name')).toHaveText('name: "Grace"')
  await expect(entry(page, 'colour')).toHaveText('colour: "blue"')
})

test('a value that is JSON is kept as JSON, and shown as a tree', async ({ page }) => {
  await setKey(page, 'person', '{"first":"Ada","languages":["en","fr"]}')
  const tree = entry(page, 'person').getByRole('listitem')
  await expect(tree.filter({ hasText: /^first:/ })).toHaveText('first: "Ada"')
  await expect(tree.filter({ hasText: /^1:/ })).toHaveText('1: "fr"')
})

test('a deleted key is gone after a reload, and the others are not', async ({ page }) => {
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
  await setKey(page, 'name', 'Ada')
  const id = await shownId(page)
  const before = await sessionCookie(context)
  await press(page, 'clear()')
  await expect(entry(page, 'name')).toHaveCount(0)
  await page.reload()
  await expect(page.getByTestId('id')).toHaveText(id)
  await expect(page.getByRole('region', { name: 'Data' })).toContainText('{}')
  const isQuiet = whyNot(engine, 'quiet writes') === undefined
  expect((await sessionCookie(context))?.value === before?.value).toBe(isQuiet)
})

test('cycleKey() keeps id and data under a new token, and the old token is dead', async ({
  page,
  context,
  openBrowser,
  engine,
}) => {
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
  await expect(thief.getByTestId('id')).toContainText(whyNot(engine, 'taking back') ? id : 'none')
})

test('flush() ends the session and takes the cookie away; what is set then begins another one', async ({ page, context }) => {
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

test('an expiry of one hour is counted from the last activity', async ({ page, context }) => {
  await setKey(page, 'name', 'Ada')
  await shownId(page)
  const before = Date.now()
  await page.getByLabel('Ends').selectOption({ label: 'after 1 hour' })
  await press(page, 'Choose')
  const end = async () => Date.parse((await page.getByTestId('expiry').getByRole('time').getAttribute('datetime')) ?? '')
  await expect.poll(end).toBeLessThan(before + 86_400_000)
  expect(await end()).toBeGreaterThanOrEqual(before + 3_600_000)
  expect(await end()).toBeLessThanOrEqual(Date.now() + 3_600_000)
  expect((await sessionCookie(context))?.expires).toBeGreaterThan(before / 1000)
})

test('a session can end with the browser, and be given the default expiry again', async ({ page, context }) => {
  await setKey(page, 'name', 'Ada')
  await shownId(page)
  expect((await sessionCookie(context))?.expires).toBeGreaterThan(Date.now() / 1000)
  await page.getByLabel('Ends').selectOption({ label: 'when the browser closes' })
  await press(page, 'Choose')
  await expect(page.getByTestId('expiry')).toContainText('or when the browser closes')
  expect((await sessionCookie(context))?.expires).toBe(-1)
  await page.getByLabel('Ends').selectOption({ label: 'after 14 days (default)' })
  await press(page, 'Choose')
  await expect(page.getByTestId('expiry')).not.toContainText('or when the browser closes')
  expect((await sessionCookie(context))?.expires).toBeGreaterThan(Date.now() / 1000)
})

test('the counter adds 1 at each press, and keeps its count', async ({ page }) => {
  for (const count of ['1', '2', '3']) {
    await press(page, 'Add 1')
    await expect(page.getByTestId('counter')).toHaveText(count)
  }
  await page.reload()
  await expect(page.getByTestId('counter')).toHaveText('3')
})

test('a reserved key is refused in words, and nothing is written', async ({ page }) => {
  await setKey(page, '_x', 'mine')
  await expect(page.getByRole('alert').filter({ hasText: 'keys must not begin with _' })).toBeVisible()
  await expect(page.getByTestId('id')).toContainText('none')
})

test('more than a session may hold is refused in words, and what it held stays', async ({ page }) => {
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toBeVisible()
  await setKey(page, 'much', 'x'.repeat(70_000))
  await expect(page.getByRole('alert').filter({ hasText: 'too large' })).toBeVisible()
  await expect(entry(page, 'name')).toBeVisible()
  await expect(entry(page, 'much')).toHaveCount(0)
})

test('the title names the session, also after a change without a reload', async ({ page }) => {
  await expect(page).toHaveTitle(/^No session yet/)
  await setKey(page, 'name', 'Ada')
  const id = await shownId(page)
  await expect(page).toHaveTitle(new RegExp(`^Session ${id.slice(-8)}`))
  await page.reload()
  await expect(page).toHaveTitle(new RegExp(`^Session ${id.slice(-8)}`))
})

test('a refusal that nobody made is said in general words, whatever stands in the address', async ({ visitor }) => {
  for (const problem of ['constructor', '__proto__', 'toString', 'DATA_WRONG']) {
    const { status, text } = await visitor.get(`/?problem=${problem}`)
    expect([status, text.includes('That did not work. Nothing was written')]).toEqual([200, true])
  }
})

test('a refusal is said until the next change succeeds, and not beside the success before it', async ({ page }) => {
  await page.goto('/')
  await setKey(page, 'theme', 'dark')
  await expect(page.locator('.messages')).toHaveText('Saved')
  await setKey(page, '_x', '1')
  await expect(page.getByRole('alert').filter({ hasText: 'keys must not begin with _' })).toBeVisible()
  await expect(page.locator('.messages')).toHaveText('')
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toBeVisible()
  await expect(page.getByRole('alert').filter({ hasText: 'keys must not begin with _' })).toHaveCount(0)
})

test('what a visitor puts under the keys of the cart and the counter breaks no page', async ({ page }) => {
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
