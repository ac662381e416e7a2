import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { logIn, press } from './flows'
import { cookieName, type Visitor } from './visitor'

test('an anonymous visitor of a guarded page is redirected to the login page and back, with the query', async ({ page }) => {
  await page.goto('/account?x=1')
  await expect(page).toHaveURL(/\/login\?next=%2Faccount%3Fx%3D1$/)
  await logIn(page, 'demo')
  await expect(page).toHaveURL(/\/account\?x=1$/)
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
})

test('a wrong password is rejected, and the right one still returns to the page', async ({ page }) => {
  await page.goto('/account?x=1')
  await logIn(page, 'demo', 'wrong')
  await expect(page.getByRole('alert').filter({ hasText: 'Wrong username or password.' })).toBeVisible()
  await logIn(page, 'demo')
  await expect(page).toHaveURL(/\/account\?x=1$/)
})

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('the login page shows a logged-in user a link instead of the form', async ({ page }) => {
      await page.goto('/login')
      await logIn(page, 'demo')
      await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
      await page.goto('/login?next=/shop')
      await expect(page.getByRole('heading', { name: 'You are logged in' })).toBeVisible()
      await page.getByRole('main').getByRole('link', { name: '/shop' }).click()
      await expect(page.getByRole('heading', { name: 'Shop' })).toBeVisible()
    })

    test('a login leads to a path in any alphabet', async ({ page, consoleLog }) => {
      await page.goto(`/login?next=${encodeURIComponent('/日本?q=é')}`)
      await logIn(page, 'demo')
      await expect(page).toHaveURL(new RegExp(`${encodeURI('/日本')}\\?q=${encodeURI('é')}$`))
      await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible()
      // The browser itself reports the status.
      for (const line of consoleLog.splice(0)) expect(line).toContain('404')
    })
  })
}

for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example']) {
  test.describe('without JavaScript', () => {
    test.use({ javaScriptEnabled: false })

    test(`a login does not redirect to a next of ${JSON.stringify(next)}`, async ({ page }) => {
      await page.goto(`/login?next=${encodeURIComponent(next)}`)
      await logIn(page, 'demo')
      await expect(page).toHaveURL(/^http:\/\/localhost:\d+\/account$/)
    })
  })
}

test('a login does not redirect to another site if next was changed in the form', async ({ page }) => {
  await page.goto('/login?next=/shop')
  await page.locator('input[name=next]').evaluate((input) => input.setAttribute('value', '//evil.example'))
  await logIn(page, 'demo')
  await expect(page).toHaveURL(/^http:\/\/localhost:\d+\/account$/)
})

test('the guard redirects anonymous visitors to the login page with 307 and private, no-store', async ({ visitor }) => {
  for (const method of ['GET', 'HEAD']) {
    const response = await visitor.send('/account?x=1', { method })
    expect(response.status).toBe(307)
    expect(response.headers.get('location')).toMatch(/^(http:\/\/localhost:\d+)?\/login\?next=%2Faccount%3Fx%3D1$/)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(response.setCookies).toEqual([])
  }
})

test('a guarded page that a user may see is not cached', async ({ visitor }) => {
  await loggedIn(visitor)
  const response = await visitor.get('/account')
  expect(response.status).toBe(200)
  expect(response.text).toContain('demo')
  expect(response.headers.get('cache-control')).toBe('private, no-store')
  expect(response.setCookies).toEqual([])
})

for (const path of ['/account/below', '/%61ccount', '/x/../account', '/account.rsc', '/admin', '/admin/sessions']) {
  test(`the guard covers ${path}`, async ({ visitor }) => {
    const response = await visitor.get(path)
    expect(response.status).toBe(307)
    expect(response.headers.get('location')).toMatch(/^(http:\/\/localhost:\d+)?\/login\?next=/)
  })
}

test('the headers of the router, or of known ways around middleware, never let an anonymous visitor pass', async ({ visitor }) => {
  for (const headers of [
    { rsc: '1' },
    { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' },
    { 'x-middleware-subrequest': Array.from({ length: 5 }, () => 'middleware').join(':') },
  ]) {
    expect((await visitor.get('/account', headers)).status).toBe(307)
  }
})

test('the guard does not protect a path that only starts like a protected one', async ({ visitor }) => {
  expect((await visitor.get('/accounting')).status).toBe(404)
})

test('the guard rejects a session without a login', async ({ visitor }) => {
  await visitor.patch({ name: 'Ada' })
  expect((await visitor.get('/account')).status).toBe(307)
})

test('the guard rejects a token with a forged login flag', async ({ visitor, engine }) => {
  test.skip(whyNot(engine, 'tokens') !== undefined, 'an encrypted session has no login flag')
  await visitor.patch({ name: 'Ada' })
  const parts = visitor.token.split('.')
  expect(parts[4]).toBe('0')
  visitor.cookie = `${cookieName}=${parts.with(4, '1').join('.')}`
  expect((await visitor.get('/account')).status).toBe(307)
})

test('the guard rejects a token with any part changed', async ({ visitor }) => {
  await loggedIn(visitor)
  const parts = visitor.token.split('.')
  for (const [index, part] of parts.entries()) {
    visitor.cookie = `${cookieName}=${parts.with(index, changed(part)).join('.')}`
    expect((await visitor.get('/account')).status, `part ${index}`).toBe(307)
  }
})

test('the token of a deleted session passes the guard, but the page rejects it', async ({ page, visitor, engine }) => {
  await loggedIn(visitor)
  await page.context().addCookies([{ name: cookieName, value: visitor.token, url: 'https://localhost', httpOnly: true }])
  await page.goto('/account')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await visitor.clone().post('/api/logout')
  await page.goto('/account')
  await expect(page).toHaveURL(whyNot(engine, 'revocation') ? /\/account$/ : /\/login\?next=%2Faccount$/)
})

test('a form that is posted to a guarded path passes the guard, and any other POST is redirected with 303', async ({ visitor }) => {
  const post = (type: string) => visitor.send('/account?x=1', { method: 'POST', headers: { 'content-type': type }, body: '' })
  const form = await post('application/x-www-form-urlencoded')
  expect([200, 307]).toContain(form.status) // the page itself sends the 307
  expect(form.headers.get('cache-control')).toBe('private, no-store')
  const json = await post('application/json')
  expect([json.status, json.headers.get('cache-control')]).toEqual([303, 'private, no-store'])
  expect(json.headers.get('location')).toContain('/login?next=%2Faccount%3Fx%3D1')
})

test('an action of a guarded page runs although the cookie was deleted meanwhile', async ({ page, context, logInAs }) => {
  await logInAs('demo')
  await page.goto('/account')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await context.clearCookies()
  await press(page, 'Log out')
  await expect(page.getByRole('heading', { name: 'Your session' })).toBeVisible()
})

test('the admin page is for admins only', async ({ page, logInAs }) => {
  await logInAs('demo')
  await page.goto('/admin/sessions')
  await expect(page).toHaveURL(/\/admin\/sessions$/)
  await expect(page.getByText('This page is for admins only.')).toBeVisible()
  await expect(page.getByRole('row')).toHaveCount(0)
})

test('an admin can revoke the session of another browser, which is then anonymous', { tag: '@cookie' }, async ({
  page,
  visitor,
  logInAs,
  engine,
}) => {
  await loggedIn(visitor)
  const { id } = (await visitor.get('/api/session')).json as { id: string }

  await logInAs('admin')
  await page.goto('/admin/sessions')
  if (whyNot(engine, 'listing')) return expect(page.getByText('The server has no list of them')).toBeVisible()
  const row = page.getByRole('row').filter({ has: page.getByTitle(id) })
  await expect(row).toBeVisible()
  await expect(page.getByRole('row').filter({ hasText: 'current' })).toHaveCount(1)
  await row.getByRole('link', { name: `Revoke session ${id}` }).click()
  await press(page, 'Revoke session')
  await expect(page.locator('.messages')).toHaveText('Revoked 1 session.')
  await expect(row).toHaveCount(0)

  expect((await visitor.get('/account')).text).not.toContain('Hello')
  expect((await visitor.get('/api/session')).json).toMatchObject({ id: null })
})

// Here and not in account.spec.ts, because the engine `cookie` would start another server for the settings of that file.
test('the page of devices says that no sessions can be listed if they are stored in cookies', { tag: '@cookie' }, async ({
  page,
  logInAs,
  engine,
}) => {
  test.skip(!whyNot(engine, 'listing'), 'this engine lists sessions')
  await logInAs('demo')
  await page.goto('/account/sessions')
  await expect(page.getByText('The server has no list of them')).toBeVisible()
})

// On PostgreSQL, this is tested in admin.spec.ts.
test('an admin who revokes the current session must confirm twice and is then logged out', { tag: '@long' }, async ({
  page,
  context,
  logInAs,
  engine,
}) => {
  test.skip(whyNot(engine, 'listing') !== undefined, whyNot(engine, 'listing'))
  await logInAs('admin')
  await page.goto('/admin/sessions')
  await page
    .getByRole('row')
    .filter({ hasText: 'current' })
    .getByRole('link', { name: /^Revoke session/ })
    .click()
  await page.getByRole('link', { name: 'Revoke it anyway…' }).click()
  await press(page, 'Revoke and log out')
  await expect(page).toHaveURL(/\/login\?next=%2Fadmin%2Fsessions$/)
  await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible()
  expect(await context.cookies()).toEqual([])
})

async function loggedIn(visitor: Visitor): Promise<void> {
  expect((await visitor.post('/api/login', { username: 'demo', password: 'demo' })).status).toBe(200)
}

/** Returns a different value of the same length and alphabet. */
function changed(part: string): string {
  const first = part.startsWith('1') ? '2' : '1'
  return first + part.slice(1)
}
