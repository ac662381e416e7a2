import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { entry, expectLoggedOut, logIn, press, setKey, shownId } from './flows'
import { Visitor } from './visitor'

test('two browsers have two sessions', async ({ visitor, app }) => {
  const other = new Visitor(app.url)
  const { id } = (await visitor.patch({ name: 'Ada' })).json as { id: string }
  expect((await other.patch({ name: 'Grace' })).json).toMatchObject({ id: expect.not.stringMatching(id) })
  expect((await visitor.get('/api/session')).json).toMatchObject({ id, data: { name: 'Ada' } })
})

test("two browsers with one cookie see each other's writes", { tag: '@long' }, async ({ page, openBrowser, context, engine }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toBeVisible()
  const other = await openBrowser(context)
  await other.goto('/')
  await setKey(other, 'colour', 'blue')
  await expect(entry(other, 'colour')).toBeVisible()
  await setKey(page, 'city', 'London')
  for (const key of ['name', 'city']) await expect(entry(page, key)).toBeVisible()
  await expect(entry(page, 'colour')).toHaveCount(whyNot(engine, 'sharing') ? 0 : 1)
})

test('after a logout in one browser, another browser with the same cookie starts a new session without the old data', async ({
  page,
  openBrowser,
  context,
  engine,
}) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  const id = await shownId(page)
  await page.goto('/login')
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  const other = await openBrowser(context)
  await other.goto('/')
  await expect(entry(other, 'name')).toBeVisible()
  await press(page, 'Log out')
  await expectLoggedOut(page)
  await setKey(other, 'colour', 'blue')
  await expect(entry(other, 'colour')).toBeVisible()
  const isKept = whyNot(engine, 'revocation') !== undefined
  await expect(entry(other, 'name')).toHaveCount(isKept ? 1 : 0)
  expect((await shownId(other)) === id).toBe(isKept)
  await expect(other.getByRole('link', { name: 'Log in' })).toHaveCount(isKept ? 0 : 1)
})
