import { expect, test } from './fixtures'
import { follow, hydrated } from './flows'

const pages = ['/', '/shop', '/how', '/login', '/account', '/account/password', '/account/sessions', '/admin/sessions']

/**
 * Returns the number of inline script and style elements, and of those without the nonce of the document's policy.
 * Scripts with an address may have no nonce, because 'strict-dynamic' lets a trusted script load others.
 */
const elements = () => {
  const all = [...document.querySelectorAll<HTMLElement>('script:not([src]), style')]
  return { count: all.length, withoutNonce: all.filter(({ nonce }) => !nonce).length }
}

test('every page and the statistics of the admin page load without a refused script or style', async ({ page, logInAs }) => {
  await logInAs('admin')
  // The fixture consoleLog fails the test if the browser reports a refusal.
  for (const path of [...pages, '/admin/sessions?view=statistics']) {
    await page.goto(path)
    await hydrated(page)
    const { count, withoutNonce } = await page.evaluate(elements)
    expect([path, count > 3, withoutNonce]).toEqual([path, true, 0])
  }
})

test('a page that the router opens uses the nonce of the document', async ({ page, logInAs }) => {
  await logInAs('admin')
  await page.goto('/')
  await follow(page, 'Account', /\/account$/)
  await expect(page.getByRole('heading', { name: 'Hello admin' })).toBeVisible()
  expect(await page.evaluate(() => [...document.querySelectorAll('style')].filter(({ nonce }) => !nonce).length)).toBe(0)
})

test('a script without the nonce does not run', async ({ page, consoleLog }) => {
  await page.goto('/')
  await hydrated(page)
  await page.evaluate(() => {
    const host = document.createElement('div')
    host.innerHTML = '<img src="data:," onerror="document.title = \'injected\'">'
    document.body.append(host)
  })
  await expect.poll(() => consoleLog.some((line) => line.includes('Content Security Policy'))).toBe(true)
  consoleLog.splice(0)
  expect(await page.title()).not.toBe('injected')
})

test('each page has a policy with a new nonce that forbids frames, and every response has the other headers', async ({
  visitor,
}) => {
  const policies = new Set<string>()
  for (const path of ['/', '/', '/shop', '/login', '/icon.svg']) {
    const { headers } = await visitor.get(path)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin')
    const policy = headers.get('content-security-policy')
    if (path === '/icon.svg') expect(policy).toBeNull()
    else {
      expect(policy).toMatch(/script-src 'nonce-[\w+/=]{20,}' 'strict-dynamic';.* frame-ancestors 'none'/)
      policies.add(String(policy))
    }
  }
  expect(policies.size).toBe(4)
})

test('a request with more than 200 cookies is refused before Next reads them', async ({ visitor }) => {
  visitor.cookie = Array.from({ length: 3800 }, (_, index) => `c${index}`).join('; ')
  const start = performance.now()
  const response = await visitor.get('/')
  expect(response.status).toBe(431)
  expect(performance.now() - start).toBeLessThan(1500)
})
