import { expect, testOnPostgres as test } from './fixtures'
import { entry, expectLoggedOut, logIn, press, setKey, shownId } from './flows'

const update = /^update "sessions"/
const interrupted = 'ended or renewed elsewhere meanwhile. Nothing was written.'

test('of two writes at once, each to its own key, none is lost', async ({ page, openBrowser, context, database }) => {
  await page.goto('/')
  await press(page, 'Add 1')
  await expect(entry(page, 'counter')).toBeVisible()
  const other = await openBrowser(context)
  await other.goto('/')
  const slow = database.hold(update)
  await setKey(page, 'colour', 'blue')
  await slow.caught
  await setKey(other, 'city', 'London')
  await expect(entry(other, 'city')).toBeVisible()
  slow.release()
  for (const key of ['counter', 'colour', 'city']) await expect(entry(page, key)).toBeVisible()
})

test('of two counts at once, none is lost', async ({ page, openBrowser, context, database }) => {
  await page.goto('/')
  await press(page, 'Add 1')
  await expect(page.getByTestId('counter')).toHaveText('1')
  const other = await openBrowser(context)
  await other.goto('/')
  const slow = database.hold(update)
  await press(page, 'Add 1')
  await slow.caught
  await press(other, 'Add 1')
  await expect(other.getByTestId('counter')).toHaveText('2')
  slow.release()
  await expect(page.getByTestId('counter')).toHaveText('3')
})

test('a slow write during a log-out is told so, and does not bring the session back', async ({
  page,
  openBrowser,
  context,
  database,
}) => {
  await page.goto('/login')
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  const other = await openBrowser(context)
  await other.goto('/')
  const slow = database.hold(update)
  await setKey(other, 'colour', 'blue')
  await slow.caught
  await press(page, 'Log out')
  await expectLoggedOut(page)
  slow.release()
  await expect(other.getByRole('alert').filter({ hasText: interrupted })).toBeVisible()
  await expect(other.getByTestId('id')).toContainText('none')
  expect(await other.context().cookies()).toEqual([])
})

test('a slow write during a rotation is told so, and the renewed session goes on', async ({
  page,
  openBrowser,
  context,
  database,
}) => {
  await page.goto('/')
  await press(page, 'Add 1')
  const id = await shownId(page)
  const other = await openBrowser(context)
  await other.goto('/')
  const slow = database.hold(update)
  await setKey(other, 'colour', 'blue')
  await slow.caught
  await press(page, 'cycleKey()')
  await setKey(page, 'city', 'London')
  await expect(entry(page, 'city')).toBeVisible()
  slow.release()
  await expect(other.getByRole('alert').filter({ hasText: interrupted })).toBeVisible()
  await page.reload()
  await expect(page.getByTestId('id')).toHaveText(id)
  await expect(entry(page, 'counter')).toBeVisible()
  await expect(entry(page, 'colour')).toHaveCount(0)
})
