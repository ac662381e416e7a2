import { expect, testOnPostgres as test } from './fixtures'
import { entry, expectLoggedOut, press, setKey, shownId } from './flows'

const update = /^update "sessions"/
const interrupted = 'Another request deleted this session or gave it a new key. Nothing was saved.'

// api.spec.ts tests parallel writes through the API, without pages.
test('two parallel writes of different keys are both stored', { tag: '@long' }, async ({
  page,
  openBrowser,
  context,
  database,
  sibling,
}) => {
  await page.goto('/')
  await press(page, 'Add 1')
  await expect(entry(page, 'counter')).toBeVisible()
  const other = await openBrowser(context)
  await other.goto(sibling.url)
  const slow = database.hold(update)
  await setKey(page, 'colour', 'blue')
  await slow.caught
  await setKey(other, 'city', 'London')
  await expect(entry(other, 'city')).toBeVisible()
  slow.release()
  for (const key of ['counter', 'colour', 'city']) await expect(entry(page, key)).toBeVisible()
})

test('two parallel increments are both stored', { tag: '@long' }, async ({ page, openBrowser, context, database, sibling }) => {
  await page.goto('/')
  await press(page, 'Add 1')
  await expect(page.getByTestId('counter')).toHaveText('1')
  const other = await openBrowser(context)
  await other.goto(sibling.url)
  const slow = database.hold(update)
  await press(page, 'Add 1')
  await slow.caught
  await press(other, 'Add 1')
  await expect(other.getByTestId('counter')).toHaveText('2')
  slow.release()
  await expect(page.getByTestId('counter')).toHaveText('3')
})

test('a slow write during a logout reports an error and does not restore the session', async ({
  page,
  openBrowser,
  context,
  database,
  sibling,
  logInAs,
}) => {
  await logInAs('demo')
  await page.goto('/account')
  const other = await openBrowser(context)
  await other.goto(sibling.url)
  const slow = database.hold(update)
  await setKey(other, 'colour', 'blue')
  await slow.caught
  await press(page, 'Log out')
  await expectLoggedOut(page)
  slow.release()
  await expect(other.getByRole('alert').filter({ hasText: interrupted })).toBeVisible()
  await expect(other.getByTestId('id')).toContainText('none')
})

test('a slow write during a rotation reports an error, and the rotated session stays valid', async ({
  page,
  openBrowser,
  context,
  database,
  sibling,
}) => {
  await page.goto('/')
  await press(page, 'Add 1')
  const id = await shownId(page)
  const other = await openBrowser(context)
  await other.goto(sibling.url)
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
