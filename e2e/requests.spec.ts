import type { Page } from 'playwright/test'
import { expect, test, testOnPostgres } from './fixtures'
import { follow, logIn, press, sessionCookie, setKey, shownId } from './flows'
import { cookieName, Visitor } from './visitor'

const kept = 'No Set-Cookie: the browser keeps the cookie that it has.'

interface Seen {
  readonly method: string
  readonly path: string
  readonly kind: string
  readonly statements: readonly string[]
  readonly end: { readonly status: number | null; readonly cookie: string; readonly attributes: readonly string[] } | null
}

test('the list shows each write with its statements and its effect on the cookie', async ({ page }) => {
  await page.goto('/')
  await press(page, 'Add 1')
  await expectLast(page, 'POST /', 'action', 'A cookie with a new token.', ['INSERT sessions'])
  await expect(last(page)).toContainText(/Secure.*HttpOnly.*SameSite=lax/i)
  await press(page, 'Add 1')
  await expectLast(page, 'POST /', 'action', kept, ['SELECT sessions', 'UPDATE sessions'])
  await press(page, 'cycleKey()')
  await expectLast(page, 'POST /', 'action', 'A cookie with a new token.', ['SELECT sessions', 'UPDATE sessions'])
  // The list continues under the new token.
  await expect(earlier(page)).toContainText('POST / action, 1 statement')
  await press(page, 'flush()')
  await expectLast(page, 'POST /', 'action', 'A Set-Cookie that deletes the cookie.', ['SELECT sessions', 'DELETE sessions'])
})

test('the list shows a message as one more UPDATE and mentions its acknowledgement', async ({ page }) => {
  await page.goto('/')
  await press(page, 'Add 1')
  await shownId(page)
  await setKey(page, 'name', 'Ada')
  const statements = ['SELECT sessions', 'UPDATE sessions', 'UPDATE sessions']
  await expectLast(page, 'POST /', 'action', kept, statements)
  await expect(page.getByTestId('prefetches')).toContainText('Message acknowledged (2 statements)')
})

test('the list shows no statement for a page of an anonymous visitor, and one SELECT for a visitor with a session', async ({
  page,
}) => {
  await page.goto('/')
  await expectLast(page, 'GET /', 'page', 'No Set-Cookie: the browser has no cookie.', [])
  await press(page, 'Add 1')
  await shownId(page)
  await page.reload()
  await expectLast(page, 'GET /', 'page', kept, ['SELECT sessions'])
  await follow(page, /^Shop/, '/shop')
  await expectLast(page, 'GET /shop', 'navigation', kept, ['SELECT sessions'])
})

test('the list shows a login and the page that follows it', async ({ page }) => {
  await page.goto('/login?next=/shop')
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Cart' })).toBeVisible()
  await page.goto('/')
  const before = earlier(page)
  await expect(before).toContainText('POST /login action, 2 statements, new token')
  await expect(before).toContainText('GET /shop')
})

test('without JavaScript, the list shows the requests that were known when the page was rendered', async ({ browser, app }) => {
  const context = await browser.newContext({ baseURL: app.url, javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto('/')
  await press(page, 'Add 1')
  await expectLast(page, 'POST /', 'action', 'The response is still being sent.', ['INSERT sessions'])
  // The browser may have received the whole response before the server knows that it was sent. Without JavaScript, a
  // page does not ask again.
  const { value = '' } = (await sessionCookie(context)) ?? {}
  const sameVisitor = new Visitor(app.url, `${cookieName}=${value}`)
  await expect.poll(() => seenBy(sameVisitor)).toMatchObject([{ method: 'POST', end: { cookie: 'new' } }])
  await page.goto('/')
  await expect(earlier(page)).toContainText('new token')
  await context.close()
})

test('the list is hidden from other visitors, from a forged cookie with the same id, and from a token that was rotated', async ({
  visitor,
  app,
}) => {
  await visitor.patch({ name: 'Ada' })
  expect(await seenBy(visitor)).toMatchObject([{ method: 'PATCH', kind: 'handler', end: { cookie: 'new' } }])
  const [, id] = visitor.token.split('.')
  const forged = ['v1', id, 'A'.repeat(22), '1999999999', '0', 'A'.repeat(43)].join('.')
  expect(await seenBy(new Visitor(app.url, `${cookieName}=${forged}`))).toEqual([])
  expect(await seenBy(new Visitor(app.url))).toEqual([])
  const thief = visitor.clone()
  await visitor.post('/api/session/cycle')
  expect(await seenBy(thief)).toEqual([])
  expect(await seenBy(visitor)).toMatchObject([{ path: '/api/session/cycle', end: { cookie: 'new' } }, { method: 'PATCH' }])
})

test('the list contains no data, no token, no parameter and not its own request', async ({ visitor }) => {
  await visitor.patch({ name: 'a-marker-in-the-data' })
  await visitor.patch({ colour: 'another-marker' })
  const response = await visitor.get('/api/last-requests')
  for (const secret of ['marker', ...visitor.token.split('.').filter((part) => part.length > 16)]) {
    expect(response.text).not.toContain(secret)
  }
  expect(response.headers.get('cache-control')).toBe('private, no-store')
  expect(await seenBy(visitor)).toHaveLength(2)
})

testOnPostgres('the list shows a request that the browser aborted as ended and without a cookie', async ({ visitor, database }) => {
  await visitor.patch({ name: 'Ada' })
  const held = database.hold(/^select .* from "sessions"/s)
  const browser = new AbortController()
  const given = fetch(`${visitor.url}/shop`, { headers: { cookie: visitor.cookie }, signal: browser.signal }).then((response) =>
    response.text(),
  )
  await held.caught
  browser.abort()
  await expect(given).rejects.toThrow()
  held.release()
  const shop = async () => (await seenBy(visitor)).find(({ path }) => path === '/shop')
  await expect.poll(shop).toMatchObject({ kind: 'page', end: { cookie: 'none' } })
})

async function seenBy(visitor: Visitor): Promise<Seen[]> {
  return (await visitor.get('/api/last-requests')).json as Seen[]
}

/** The list of earlier requests. It is in the page even while the bar is closed. */
const earlier = (page: Page) => page.locator('ol[aria-label="Earlier requests"]')

function last(page: Page) {
  return page.getByRole('region', { name: 'Last request' }).getByTestId('last-request')
}

async function expectLast(page: Page, what: string, kind: string, cookie: string, statements: string[]): Promise<void> {
  await expect(last(page)).toContainText(new RegExp(`^${what}${kind}.*Cookie${cookie}`))
  await expect(last(page).locator('summary > code')).toHaveText(statements)
}
