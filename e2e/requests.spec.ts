import type { Page } from 'playwright/test'
import { expect, test, testOnPostgres } from './fixtures'
import { entry, follow, logIn, press, sessionCookie, setKey, shownId } from './flows'
import { cookieName, Visitor } from './visitor'

interface Seen {
  readonly method: string
  readonly path: string
  readonly kind: string
  readonly statements: readonly string[]
  readonly end: { readonly status: number | null; readonly cookie: string; readonly attributes: readonly string[] } | null
}

test('the first write is one INSERT, and a cookie with a new token', async ({ page }) => {
  await page.goto('/')
  await press(page, 'Add 1')
  await expectLast(page, 'POST /', 'action', 'sent, with a new token', ['INSERT sessions'])
  await expect(last(page)).toContainText(/Secure.*HttpOnly.*SameSite=lax/i)
})

test('a write of a session that exists is one SELECT and one UPDATE, and the same token', async ({ page }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toBeVisible()
  await press(page, 'Add 1')
  await expectLast(page, 'POST /', 'action', 'sent, with the same token', ['SELECT sessions', 'UPDATE sessions'])
})

test('a message is a write more, and to acknowledge it is none of the requests, but told of', async ({ page }) => {
  await page.goto('/')
  await press(page, 'Add 1')
  await shownId(page)
  await setKey(page, 'name', 'Ada')
  const statements = ['SELECT sessions', 'UPDATE sessions', 'UPDATE sessions']
  await expectLast(page, 'POST /', 'action', 'sent, with the same token', statements)
  await expect(page.getByTestId('prefetches')).toContainText('then the message was acknowledged, with 2 statements')
})

test('a rotation sends a new token, and the list goes on under it', async ({ page }) => {
  await page.goto('/')
  await press(page, 'Add 1')
  await shownId(page)
  await press(page, 'cycleKey()')
  await expectLast(page, 'POST /', 'action', 'sent, with a new token', ['SELECT sessions', 'UPDATE sessions'])
  await expect(page.getByRole('list', { name: 'Before that' })).toContainText('POST / action, 1 statement')
})

test('the end of a session is one DELETE, and the cookie is removed', async ({ page }) => {
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await shownId(page)
  await press(page, 'flush()')
  await expectLast(page, 'POST /', 'action', 'removed', ['SELECT sessions', 'DELETE sessions'])
})

test('a page costs a stranger no statement and no cookie, and a visitor one SELECT', async ({ page }) => {
  await page.goto('/')
  await expectLast(page, 'GET /', 'page', 'not sent', [])
  await press(page, 'Add 1')
  await shownId(page)
  await page.reload()
  await expectLast(page, 'GET /', 'page', 'not sent', ['SELECT sessions'])
  await follow(page, /^Shop/, '/shop')
  await expectLast(page, 'GET /shop', 'navigation', 'not sent', ['SELECT sessions'])
})

test('a login and the page it leads to are both there', async ({ page }) => {
  await page.goto('/login?next=/shop')
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Cart' })).toBeVisible()
  await page.goto('/')
  const before = page.getByRole('list', { name: 'Before that' })
  await expect(before).toContainText('POST /login action, 2 statements, cookie with a new token')
  await expect(before).toContainText('GET /shop')
})

test('without JavaScript the page says what was known while it was made', async ({ browser, app }) => {
  const context = await browser.newContext({ baseURL: app.url, javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto('/')
  await press(page, 'Add 1')
  await expectLast(page, 'POST /', 'action', 'answer on its way', ['INSERT sessions'])
  // The browser may have the whole answer a moment before the server knows that it is out, and without JavaScript a page does not ask again.
  const { value = '' } = (await sessionCookie(context)) ?? {}
  const sameVisitor = new Visitor(app.url, `${cookieName}=${value}`)
  await expect.poll(() => seenBy(sameVisitor)).toMatchObject([{ method: 'POST', end: { cookie: 'new' } }])
  await page.goto('/')
  await expect(page.getByRole('list', { name: 'Before that' })).toContainText('cookie with a new token')
  await context.close()
})

test('another visitor sees nothing of it, nor does who forges a cookie with the id or kept a token from before a rotation', async ({
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

test('what is listed holds no data, no token and no parameter, and not the asking itself', async ({ visitor }) => {
  await visitor.patch({ name: 'a-marker-in-the-data' })
  await visitor.patch({ colour: 'another-marker' })
  const answer = await visitor.get('/api/last-requests')
  for (const secret of ['marker', ...visitor.token.split('.').filter((part) => part.length > 16)]) {
    expect(answer.text).not.toContain(secret)
  }
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  expect(await seenBy(visitor)).toHaveLength(2)
})

testOnPostgres('a request that the browser gives up has ended, too, and sent no cookie', async ({ visitor, database }) => {
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

function last(page: Page) {
  return page.getByRole('region', { name: 'Last request' }).getByTestId('last-request')
}

async function expectLast(page: Page, what: string, kind: string, cookie: string, statements: string[]): Promise<void> {
  await expect(last(page)).toContainText(new RegExp(`^${what}${kind}.*Cookie${cookie}`))
  await expect(last(page).getByRole('listitem').locator('summary')).toHaveText(statements)
}
