import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright/test'
import { createDatabase, query } from '../test/postgres'
import { test as base, expect, expectSilence } from './fixtures'
import { follow, logIn, sessionCookie } from './flows'
import { type HttpsProxy, startHttpsProxy } from './https-proxy'
import { type AppServer, startServer } from './server'

const devicePath = '/api/session/device'
const deviceCookie = '__Host-session-device'

/** The app on https, and a browser with device-bound sessions. */
interface SecureApp {
  readonly server: AppServer
  readonly proxy: HttpsProxy
  readonly databaseUrl: string
  readonly browser: Browser
}

const test = base.extend<object, { secure: SecureApp }>({
  secure: [
    async ({ postgresUrl }, use) => {
      const databaseUrl = await createDatabase(postgresUrl)
      const env = { DATABASE_DRIVER: 'pg', DATABASE_URL: databaseUrl, SESSION_DEVICE_BINDING: 'on' }
      const server = await startServer({ env })
      const proxy = await startHttpsProxy(server.url)
      const browser = await launch(proxy.keyHash)
      await use({ server, proxy, databaseUrl, browser })
      await browser.close()
      await proxy.close()
      await server.stop()
      expectSilence(server)
    },
    { scope: 'worker', timeout: 180_000 },
  ],
})

// The headless shell has no device-bound sessions.
const executablePath = '/usr/bin/chromium'
const reason = `Device-bound sessions are not tested: ${executablePath} must be Chromium 147 or newer.`

test.beforeEach(({ secure: { browser } }) => {
  const isOld = Number.parseInt(browser.version(), 10) < 147
  if (isOld) console.warn(reason)
  test.skip(isOld, reason)
})
test.skip(() => {
  const isMissing = !existsSync(executablePath)
  if (isMissing) console.warn(reason)
  return isMissing
}, reason)

test('a login by an action is bound before the next click, and an expired proof is renewed once for all requests', async ({
  secure,
}) => {
  const { page, context } = await boundLogin(secure)
  await page.getByRole('main').getByRole('link', { name: 'Your devices' }).click()
  await expect(page.getByRole('listitem').getByText('Bound to this device')).toBeVisible()
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

/** Logs in with the form in a new context, and lets a minute pass after the session was bound. */
async function boundLogin(secure: SecureApp): Promise<{ page: Page; context: BrowserContext }> {
  const context = await secure.browser.newContext({ baseURL: secure.proxy.url })
  const page = await context.newPage()
  await page.goto('/login')
  await logIn(page, 'demo')
  await expectUser(page, 'demo')
  await expectBound(secure, page)
  return { page, context }
}

/**
 * Waits until the session is bound, and makes the binding a minute older, because the session needs no proof for ten seconds. A
 * document with a proof is not invited, so after it, only registrations that have started can still replace the key.
 */
async function expectBound({ databaseUrl, proxy }: SecureApp, page: Page): Promise<void> {
  const hasProof = async () => (await page.context().cookies()).some(({ name }) => name === deviceCookie)
  await expect.poll(hasProof, { intervals: [20] }).toBe(true)
  await page.goto('/account')
  await expect(page.getByText('Bound to this device')).toBeVisible()
  await expect.poll(() => proxy.pending(devicePath), { intervals: [20] }).toBe(0)
  const boundAt = "split_part(device_key, '.', 1)"
  const earlier = `(${boundAt}::int - 60) || substr(device_key, length(${boundAt}) + 1)`
  await query(databaseUrl, `update sessions set device_key = ${earlier} where device_key is not null`)
}

/** Deletes the device cookie, as the browser does when it expires. Playwright's `clearCookies` would delete the key, too. */
async function deleteProof(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.deleteCookies', {
    name: deviceCookie,
    url: new URL('/', page.url()).href.replace('127.0.0.1', 'localhost'),
  })
  await devtools.detach()
}

const expectUser = (page: Page, name: string) => expect(page.getByRole('heading', { name: `Hello ${name}` })).toBeVisible()

/** The number of proofs that the device handler has accepted. */
const renewals = ({ proxy }: SecureApp) =>
  proxy.statuses(devicePath, 'sec-secure-session-id').filter((status) => status === 200).length

/** Sends a request from a script of the page. */
function send(page: Page, path: string, init: { method: string; body?: string }): Promise<{ status: number; json: unknown }> {
  return page.evaluate(
    async ([url, options]) => {
      const response = await fetch(url, options)
      return { status: response.status, json: await response.json() }
    },
    [path, init] as const,
  )
}

/** Launches a Chromium that accepts the certificate with this public key, and that has device-bound sessions. */
function launch(keyHash: string): Promise<Browser> {
  // Without the quota of proofs, which a test would exceed. Keys in software, because a test machine may have no TPM.
  const features = 'DeviceBoundSessions:RefreshQuota/false,EnableBoundSessionCredentialsSoftwareKeysForManualTesting'
  return chromium.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      `--enable-features=${features}`,
      `--ignore-certificate-errors-spki-list=${keyHash}`,
    ],
  })
}
