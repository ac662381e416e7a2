import { createHash } from 'node:crypto'
import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { logIn, press, sessionCookie, setKey, shownId } from './flows'

const picture = /^From the cookie to /

test('the page shows an anonymous visitor that there is no session, and a button creates one', async ({
  page,
  context,
  engine,
}) => {
  await page.goto('/how')
  await expect(page.getByRole('heading', { name: 'No session yet' })).toBeVisible()
  expect(await context.cookies()).toEqual([])
  await press(page, 'Start a session')
  await expect(page.getByRole('figure', { name: picture })).toContainText('name: "Ada"')
  if (whyNot(engine, 'tokens')) return expect(page.getByRole('figure')).toContainText('{"alg":"dir","enc":"A256GCM"}')
  const [, id] = (await sessionCookie(context))?.value.split('.') ?? []
  await expect(page.getByTestId('token-id')).toHaveText(id ?? '')
})

test('the picture shows id, expiry, flags and data of the session, but never the token secret, its hash or the MAC', async ({
  page,
  context,
  engine,
}) => {
  test.skip(whyNot(engine, 'tokens') !== undefined, 'the cookie is an encrypted session, not a token')
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  const rowId = await shownId(page)
  await page.goto('/login?next=/how')
  await logIn(page, 'demo')
  await expect(page.getByTestId('row-id')).toHaveText(rowId)
  await expect(page.getByRole('figure')).toContainText('name: "Ada"')
  const [, id = '', secret = '', expiry = '', flags = '', mac = ''] = (await sessionCookie(context))?.value.split('.') ?? []
  expect(flags).toBe('1')
  for (const text of [id, expiry, 'logged in (only a hint)', 'hidden']) await expect(page.getByRole('figure')).toContainText(text)
  const response = await page.goto('/how')
  const sources = [(await response?.text()) ?? '', await page.content()]
  for (const source of sources) {
    expect(source).toContain(id)
    expect(source).not.toContain(secret)
    expect(source).not.toContain(mac)
    expect(source).not.toContain(hashOf(secret))
  }
})

test('the picture of an encrypted session shows its id, its data and the header of the cookie, but no other part of the cookie', {
  tag: '@cookie',
}, async ({ page, context, engine }) => {
  test.skip(whyNot(engine, 'tokens') === undefined, 'the cookie is a token')
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  const id = await shownId(page)
  await page.goto('/how')
  await expect(page.getByTestId('row-id')).toHaveText(id)
  await expect(page.getByRole('figure')).toContainText('name: "Ada"')
  const [, , nonce = '', text = '', tag = ''] = (await sessionCookie(context))?.value.split('.') ?? []
  for (const part of [nonce, text, tag]) expect(await page.content()).not.toContain(part)
})

test('the page shows a visitor with an invalid cookie that the cookie is invalid', async ({ page, context, engine }) => {
  const token = ['v1', 'A'.repeat(22), 'A'.repeat(22), '1999999999', '0', 'A'.repeat(43)]
  const sealed = ['eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0', '', 'A'.repeat(16), 'A'.repeat(40), 'A'.repeat(22)]
  const forged = (whyNot(engine, 'tokens') ? sealed : token).join('.')
  await context.addCookies([{ name: '__Host-session', value: forged, url: 'https://localhost', httpOnly: true }])
  await page.goto('/how')
  await expect(page.getByText('Your browser sent a cookie, but it opens no session')).toBeVisible()
})

/** Returns the hash as it is stored in the row: the first 128 bits as a UUID. */
function hashOf(secret: string): string {
  const hex = createHash('sha256').update(Buffer.from(secret, 'base64url')).digest('hex').slice(0, 32)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
