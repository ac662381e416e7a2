import { type BrowserContext, chromium, type Page } from 'playwright/test'
import { query } from '../test/postgres'
import { admin as adminPage, expectMessage, row } from './admin-page'
import { becomeUser, expect } from './fixtures'
import { entry, expectLoggedOut, logIn, press, sessionCookie, setKey } from './flows'
import {
  boundLogin,
  deleteProof,
  deviceCookie,
  devicePath,
  expectBound,
  expectUser,
  launchOptions,
  renewals,
  type SecureApp,
  test,
} from './secure-app'
import { cookieName, Visitor } from './visitor'

const badge = 'Bound to this device'
const invitation = 'secure-session-registration'
/** The login page of a user who is logged in. */
const loginAgain = '/login?reason=reauthenticate'

test('a bound session whose token changes keeps its proof and its key, and the former token opens nothing', async ({ secure }) => {
  const { page, context } = await boundLogin(secure)
  const id = await page.getByTestId('session').textContent()
  const [{ hash }] = (await query(secure.databaseUrl, `select password_hash as hash from users where username = 'demo'`)) as [
    { hash: string },
  ]
  const rotations = {
    cycleKey: async () => {
      await page.goto('/')
      await press(page, 'cycleKey()')
    },
    'a login of the same user': async () => {
      await page.goto(loginAgain)
      await logIn(page, 'demo')
    },
    'a new password': async () => {
      await page.goto('/account/password')
      await page.getByLabel('Current password').fill('demo')
      await page.getByLabel('New password').fill('a new password')
      await press(page, 'Change password')
    },
  }
  for (const [name, rotate] of Object.entries(rotations)) {
    const former = await cookieHeader(context)
    const token = await tokenOf(context)
    await rotate()
    await expect.poll(() => tokenOf(context), name).not.toBe(token)
    const before = renewals(secure)
    await page.goto('/account')
    await expectUser(page, 'demo')
    expect(renewals(secure) - before, `renewals after ${name}`).toBe(0)
    await expectRenewal(secure, page, 'demo')
    await expect(page.getByTestId('session'), name).toHaveText(id ?? '')
    expect(await userOf(secure, former), name).toBeNull()
  }
  await query(secure.databaseUrl, `update users set password_hash = '${hash}' where username = 'demo'`)
  await context.close()
})

test('another user who logs in over a bound session gets a session with its own key, and the former key is not asked for again', async ({
  secure,
}) => {
  const { page, context } = await boundLogin(secure)
  const former = await cookieHeader(context)
  const formerProof = await cookieOf(context, deviceCookie)
  await page.goto(loginAgain)
  await logIn(page, 'admin')
  await expectUser(page, 'admin')
  await expectBound(secure, page)
  expect(await userOf(secure, await cookieHeader(context))).toEqual(expect.any(String))
  const mixed = `${cookieName}=${await tokenOf(context)}; ${deviceCookie}=${formerProof}`
  expect(await userOf(secure, mixed), 'with the proof of the former user').toBeNull()
  expect(await userOf(secure, former), 'the former session').toBeNull()
  // The browser renews both of its sessions, and learns that the former one has ended.
  await deleteProof(page)
  await page.goto('/account')
  await expectUser(page, 'admin')
  const before = proofsSent(secure)
  await expectRenewal(secure, page, 'admin')
  expect(proofsSent(secure) - before).toBe(1)
  await context.close()
})

test('after a logout the browser asks for no more proofs, and the next login is bound by a new key', async ({ secure }) => {
  const { page, context } = await boundLogin(secure)
  const former = await cookieHeader(context)
  const before = proofsSent(secure)
  await press(page, 'Log out')
  await expectLoggedOut(page)
  expect(await cookieOf(context, deviceCookie)).toBe('')
  expect(await userOf(secure, former)).toBeNull()
  await page.goto('/shop')
  const after = proofsSent(secure)
  expect(after, 'the browser has learned that the session has ended').toBeGreaterThan(before)
  for (const path of ['/', '/shop', '/login']) await page.goto(path)
  expect(proofsSent(secure)).toBe(after)

  await expectNewBinding(secure, page)
  await context.close()
})

test('a bound session that an admin revokes leads to the login page, without further proofs and invitations', async ({
  secure,
}) => {
  const { page, context } = await boundLogin(secure)
  const id = (await page.getByTestId('session').textContent()) ?? ''
  const admin = await (await secure.browser.newContext({ baseURL: secure.proxy.url })).newPage()
  await becomeUser(new Visitor(secure.server.url), admin.context(), 'admin')
  await admin.goto(`${adminPage}?search=${id}`)
  await row(admin, id)
    .getByRole('link', { name: `Revoke session ${id}` })
    .click()
  await press(admin, 'Revoke session')
  await expectMessage(admin, 'Revoked 1 session.')
  await admin.context().close()

  const revoked = await cookieHeader(context)
  await page.goto('/account')
  await expect(page).toHaveURL(/\/login\?next=/)
  expect(await userOf(secure, revoked)).toBeNull()
  const before = proofsSent(secure)
  await deleteProof(page)
  await page.goto('/account')
  await expect(page).toHaveURL(/\/login\?next=/)
  const after = proofsSent(secure)
  expect(after, 'the browser has learned that the session has ended').toBeGreaterThan(before)
  // The guard does not know that the session has ended, until a registration has failed.
  await expect.poll(() => cookieOf(context, `${cookieName}-unbound`)).not.toBe('')
  for (const path of ['/', '/shop', '/account']) {
    const response = await page.goto(path)
    expect(response?.headers()[invitation], path).toBeUndefined()
  }
  await expect(page).toHaveURL(/\/login\?next=/)
  expect(proofsSent(secure)).toBe(after)

  await expectNewBinding(secure, page)
  await context.close()
})

test('in a browser without device-bound sessions everything works as before, even after the lifetime of a proof', async ({
  secure,
}) => {
  const { proxy, databaseUrl } = secure
  const browser = await chromium.launch(launchOptions(proxy.keyHash, 'DeviceBoundSessions'))
  const context = await browser.newContext({ baseURL: proxy.url })
  const page = await context.newPage()
  const requests = proxy.statuses(devicePath).length
  const expectUnbound = async () => {
    const response = await page.goto('/account')
    expect(response?.headers(), 'the guard does not know the browser').toHaveProperty(invitation)
    await expectUser(page, 'demo')
    await expect(page.getByText(badge)).toHaveCount(0)
  }
  await page.goto('/login')
  await logIn(page, 'demo')
  await expectUser(page, 'demo')
  await expectUnbound()
  const id = await page.getByTestId('session').textContent()
  const earlier = ['created_at', 'authenticated_at'].map((column) => `${column} = ${column} - interval '11 minutes'`)
  await query(databaseUrl, `update sessions set ${earlier.join(', ')} where id = '${id}'`)
  await expectUnbound()
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await expect(entry(page, 'name')).toBeVisible()
  const token = await tokenOf(context)
  await press(page, 'cycleKey()')
  await expect.poll(() => tokenOf(context)).not.toBe(token)
  await expectUnbound()
  expect((await context.cookies()).map(({ name }) => name)).toEqual([cookieName])
  expect(await query(databaseUrl, `select device_key from sessions where id = '${id}'`)).toEqual([{ device_key: null }])
  await page.goto('/')
  await press(page, 'Log out')
  await expectLoggedOut(page)
  expect(proxy.statuses(devicePath), 'requests to the device handler').toHaveLength(requests)
  await browser.close()
})

/** Logs in on the login page, and expects that the new session is bound by a key of its own. */
async function expectNewBinding(secure: SecureApp, page: Page): Promise<void> {
  await logIn(page, 'demo')
  await expectUser(page, 'demo')
  await expectBound(secure, page)
  await expectRenewal(secure, page, 'demo')
}

/** Expects that the browser renews an expired proof once, and that the session of this user is still bound. */
async function expectRenewal(secure: SecureApp, page: Page, name: string): Promise<void> {
  const before = renewals(secure)
  await deleteProof(page)
  await page.goto('/account')
  await expectUser(page, name)
  await expect(page.getByText(badge)).toBeVisible()
  expect(renewals(secure) - before, 'renewals').toBe(1)
}

/** The number of requests with which browsers have renewed a proof, or tried to. A browser sends one for each of its keys. */
const proofsSent = ({ proxy }: SecureApp) => proxy.statuses(devicePath, 'sec-secure-session-id').length

const cookieOf = async (context: BrowserContext, cookie: string) =>
  (await context.cookies()).find(({ name }) => name === cookie)?.value ?? ''

const tokenOf = async (context: BrowserContext) => (await sessionCookie(context))?.value

/** Returns the `Cookie` header of the browser, as a thief would copy it. */
const cookieHeader = async (context: BrowserContext) =>
  (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')

/** Returns the user id that the server sees in a request with these cookies; null for an anonymous one. */
async function userOf({ server }: SecureApp, cookies: string): Promise<unknown> {
  return ((await new Visitor(server.url, cookies).get('/api/session')).json as { userId: unknown }).userId
}
