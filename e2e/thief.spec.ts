import type { Page } from 'playwright/test'
import { violations } from './axe'
import { expect, test } from './fixtures'
import { cookieName } from './visitor'

const route = '/api/devices/curl'

test('the thief’s view shows the session’s cookie as a command, and its button copies it', async ({ page, context, logInAs }) => {
  await logInAs('demo')
  await page.goto('/account/sessions')
  const opened = context.waitForEvent('page')
  await page.getByRole('button', { name: 'Show my cookies as a curl command' }).click()
  const view = await opened
  const token = (await context.cookies()).find(({ name }) => name === cookieName)?.value
  await expect(view.getByRole('textbox', { name: 'Command' })).toHaveValue(
    `curl -H 'Cookie: ${cookieName}=${token}' ${new URL(page.url()).origin}/api/session`,
  )
  expect(await violations(view)).toEqual([])
  await view.getByRole('button', { name: 'Copy' }).click()
  await expect(view.getByRole('status')).toHaveText('Copied')
})

test('a script in a page cannot read the cookies from the thief’s view', async ({ page, context, logInAs, consoleLog }) => {
  await logInAs('demo')
  await page.goto('/account/sessions')
  const response = await page.evaluate(async (url) => {
    const { status } = await fetch(url, { method: 'POST' })
    return status
  }, route)
  expect(response, 'fetch').toBe(403)
  const opened = context.waitForEvent('page')
  await page.evaluate((url) => {
    Object.assign(window, { view: open('about:blank', 'view') })
    const form = Object.assign(document.createElement('form'), { action: url, method: 'post', target: 'view' })
    document.body.append(form)
    form.submit()
  }, route)
  await expect((await opened).getByRole('textbox', { name: 'Command' })).toBeVisible()
  expect(await contentOfView(page)).toBe('closed')
  consoleLog.splice(0) // The browser reports the failed request.
})

test('the thief’s view is for a logged-in user of this site only, and no cache stores it', async ({ visitor }) => {
  const headers = { 'sec-fetch-dest': 'document', 'sec-fetch-site': 'same-origin', origin: visitor.url }
  const post = (more = {}) => visitor.send(route, { method: 'POST', headers: { ...headers, ...more } })
  const anonymous = await post()
  expect([anonymous.status, anonymous.headers.get('location')]).toEqual([303, '/login?next=%2Faccount%2Fsessions'])
  await visitor.post('/api/login', { username: 'demo', password: 'demo' })
  const { status, headers: sent, text } = await post()
  expect([status, sent.get('cache-control')]).toEqual([200, 'private, no-store'])
  expect(text).toContain(visitor.token)
  for (const more of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-dest': 'iframe' }, { origin: 'https://a"b' }]) {
    const rejected = await post(more)
    expect([rejected.status, rejected.text.includes(visitor.token)]).toEqual([403, false])
  }
  expect((await visitor.get(route)).status).toBe(405)
})

/** Returns the text of the view for the script that has opened it; 'closed' if the browser has separated them. */
function contentOfView(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const { view } = window as unknown as { view: Window }
    return view.closed ? 'closed' : view.document.body.textContent
  })
}
