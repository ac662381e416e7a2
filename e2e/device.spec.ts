import { query } from '../test/postgres'
import { becomeUser, expect } from './fixtures'
import { follow, sessionCookie } from './flows'
import { boundLogin, deleteProof, deviceCookie, devicePath, expectBound, expectUser, renewals, send, test } from './secure-app'
import { Visitor } from './visitor'

test('a login by an action is bound before the next click, and an expired proof is renewed once for all requests', async ({
  secure,
}) => {
  const { page, context } = await boundLogin(secure)
  await page.getByRole('main').getByRole('link', { name: 'Your devices' }).click()
  const thisDevice = page.getByRole('listitem').filter({ has: page.getByText('This device', { exact: true }) })
  await expect(thisDevice.getByText('Bound to this device')).toBeVisible()
  const renewsOnce = async (use: () => Promise<unknown>) => {
    const before = renewals(secure)
    await deleteProof(page)
    await use()
    expect(renewals(secure) - before).toBe(1)
  }
  await renewsOnce(async () => {
    await page.goto('/account')
    await expectUser(page, 'demo')
  })
  await renewsOnce(() => follow(page, 'Shop', '/shop'))
  await renewsOnce(async () => {
    const users = await page.evaluate(async () => {
      const ask = async () => (await (await fetch('/api/session')).json()).userId
      return Promise.all(Array.from({ length: 10 }, ask))
    })
    expect(users).toEqual(Array.from({ length: 10 }, () => expect.any(String)))
  })
  await page.goto(`${secure.proxy.url.replace('localhost', '127.0.0.1')}/icon.svg`)
  await renewsOnce(async () => {
    await page.evaluate((url) => location.assign(url), `${secure.proxy.url}/account`)
    await expectUser(page, 'demo')
  })
  await context.close()
})

test('a thief with all cookies has no access after the lifetime and cannot bind the session, and the owner continues', async ({
  secure,
}) => {
  const { page, context } = await boundLogin(secure)
  const thief = await secure.browser.newContext({ baseURL: secure.proxy.url })
  await thief.addCookies(await context.cookies())
  const stolen = await thief.newPage()
  await stolen.goto('/account')
  await expectUser(stolen, 'demo')
  // This is what a browser does after ten minutes. device.test.ts tests that the server does not accept the cookie then.
  await deleteProof(stolen)
  await stolen.goto('/account')
  await expect(stolen).toHaveURL(/\/login\?next=/)
  await expect.poll(() => secure.proxy.statuses(devicePath).at(-1), 'the thief cannot register').toBe(400)
  await stolen.goto('/account')
  await expect(stolen).toHaveURL(/\/login\?next=/)
  await deleteProof(page)
  await page.goto('/account')
  await expectUser(page, 'demo')
  await thief.close()
  await context.close()
})

test('the thief’s view shows both cookies, and the admin sees that one without the other was rejected', async ({ secure }) => {
  const { server, proxy, browser } = secure
  const { page, context } = await boundLogin(secure)
  await page.goto('/account/sessions')
  const opened = context.waitForEvent('page')
  await page.getByRole('button', { name: 'Show my cookies as a curl command' }).click()
  const command = await (await opened).getByRole('textbox', { name: 'Command' }).inputValue()
  const [, cookies = ''] = /'Cookie: ([^']*)' https:/.exec(command) ?? []
  const [token = '', proof = ''] = cookies.split('; ')
  expect(proof).toContain(`${deviceCookie}=`)
  const userOf = async (cookie: string) =>
    ((await new Visitor(server.url, cookie).get('/api/session')).json as { userId: unknown }).userId
  expect(await userOf(cookies)).toEqual(expect.any(String))
  expect(await userOf(token), 'the token alone, as after the expiry of the proof').toBeNull()

  const admin = await (await browser.newContext({ baseURL: proxy.url })).newPage()
  await becomeUser(new Visitor(server.url), admin.context(), 'admin')
  await admin.goto('/admin/events')
  await admin.getByRole('link', { name: 'Rejected: device' }).click()
  await expect(admin.getByRole('row').nth(1)).toHaveText(/rejected: device\s*demo/)
  await admin.getByRole('link', { name: 'Logins' }).click()
  await expect(admin.getByRole('row').nth(1)).toHaveText(/login\s*admin/)
  await expect(admin.getByRole('row', { name: 'rejected: device' })).toHaveCount(0)
  await admin.context().close()
  await context.close()
})

test('a login survives a failing device handler, and logout and another user leave no proof of the former session', async ({
  secure,
}) => {
  const { server, proxy, databaseUrl } = secure
  const { page, context } = await boundLogin(secure)
  const before = await sessionCookie(context)
  const stored = await query(databaseUrl, 'select id from sessions order by id')
  proxy.fail(devicePath, 500)
  await deleteProof(page)
  const write = { method: 'PATCH', body: '{"a": 1}' }
  expect((await send(page, '/api/session', write)).status, 'the write').toBe(503)
  expect(await query(databaseUrl, 'select id from sessions order by id')).toEqual(stored)
  expect((await sessionCookie(context))?.value).toBe(before?.value)
  expect(server.complaints(), 'in its log').toEqual([expect.stringContaining('DEVICE_UNPROVEN')])
  proxy.fail(devicePath, null)
  const user = async () => (await send(page, '/api/session', { method: 'GET' })).json
  await expect.poll(user, { intervals: [50] }).toMatchObject({ userId: expect.any(String) })
  expect(await send(page, '/api/session', write)).toMatchObject({ status: 200, json: { userId: expect.any(String) } })

  expect((await send(page, '/api/login', { method: 'POST', body: '{"username": "admin", "password": "admin"}' })).status).toBe(200)
  await page.goto('/account')
  await expectUser(page, 'admin')
  await expectBound(secure, page)
  await page.goto('/account')
  await expectUser(page, 'admin')

  expect((await send(page, '/api/logout', { method: 'POST' })).status).toBe(200)
  expect((await context.cookies()).map(({ name }) => name)).not.toContain(deviceCookie)
  expect(await sessionCookie(context)).toBeUndefined()
  await page.goto('/account')
  await expect(page).toHaveURL(/\/login\?next=/)
  await context.close()
})
