import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type LaunchOptions, type Page } from 'playwright/test'
import { createDatabase, query } from '../test/postgres'
import { test as base, expect, expectSilence } from './fixtures'
import { logIn } from './flows'
import { type HttpsProxy, startHttpsProxy } from './https-proxy'
import { type AppServer, startServer } from './server'
import { cookieName } from './visitor'

export const devicePath = '/api/session/device'
export const deviceCookie = '__Host-session-device'

/** The app on https, and a browser with device-bound sessions. */
export interface SecureApp {
  readonly server: AppServer
  readonly proxy: HttpsProxy
  readonly databaseUrl: string
  readonly browser: Browser
}

// The headless shell has no device-bound sessions.
const executablePath = '/usr/bin/chromium'

/** Tests the app over https in a browser that binds sessions to its device. Without such a browser, the tests are skipped. */
export const test = base.extend<{ hasBrowser: boolean }, { secure: SecureApp }>({
  hasBrowser: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies of a fixture from this pattern
    async ({}, use, testInfo) => {
      const reason = `Device-bound sessions are not tested: ${executablePath} must be Chromium 147 or newer.`
      const isMissing = chromiumVersion() < 147
      if (isMissing) console.warn(reason)
      testInfo.skip(isMissing, reason)
      await use(true)
    },
    { auto: true },
  ],
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

/** Logs in with the form in a new context, and lets a minute pass after the session was bound. */
export async function boundLogin(secure: SecureApp): Promise<{ page: Page; context: BrowserContext }> {
  const context = await secure.browser.newContext({ baseURL: secure.proxy.url })
  const page = await context.newPage()
  await page.goto('/login')
  await logIn(page, 'demo')
  await expectUser(page, 'demo')
  await expectBound(secure, page)
  return { page, context }
}

/**
 * Waits until the session is bound, and makes the binding a minute older, because a new binding needs no proof for ten seconds.
 * Loads a page with the proof first, because the guard does not invite a browser that sends a proof. After that, the browser only
 * completes the registrations that it has already started.
 */
export async function expectBound({ databaseUrl, proxy }: SecureApp, page: Page): Promise<void> {
  const isProven = async () => {
    const cookies = await page.context().cookies()
    const partsOf = (cookie: string) => cookies.find(({ name }) => name === cookie)?.value.split('.') ?? []
    const [[sessionId], [, currentId]] = [partsOf(deviceCookie), partsOf(cookieName)]
    return sessionId !== undefined && sessionId === currentId // otherwise it is the proof of a former session
  }
  await expect.poll(isProven, { intervals: [20] }).toBe(true)
  await page.goto('/account')
  await expect(page.getByText('Bound to this device')).toBeVisible()
  await expect.poll(() => proxy.pending(devicePath), { intervals: [20] }).toBe(0)
  const boundAt = "split_part(device_key, '.', 1)"
  const earlier = `(${boundAt}::int - 60) || substr(device_key, length(${boundAt}) + 1)`
  await query(databaseUrl, `update sessions set device_key = ${earlier} where device_key is not null`)
}

/** Deletes the device cookie, as the browser does when it expires. Playwright's `clearCookies` would delete the key, too. */
export async function deleteProof(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.deleteCookies', {
    name: deviceCookie,
    url: new URL('/', page.url()).href.replace('127.0.0.1', 'localhost'),
  })
  await devtools.detach()
}

export const expectUser = (page: Page, name: string) => expect(page.getByRole('heading', { name: `Hello ${name}` })).toBeVisible()

/** The number of proofs that the device handler has accepted. */
export const renewals = ({ proxy }: SecureApp) =>
  proxy.statuses(devicePath, 'sec-secure-session-id').filter((status) => status === 200).length

/** Sends a request from a script of the page. */
export function send(
  page: Page,
  path: string,
  init: { method: string; body?: string },
): Promise<{ status: number; json: unknown }> {
  return page.evaluate(
    async ([url, options]) => {
      const response = await fetch(url, options)
      return { status: response.status, json: await response.json() }
    },
    [path, init] as const,
  )
}

/** Returns the major version of Chromium; 0 if it is not installed. */
function chromiumVersion(): number {
  if (!existsSync(executablePath)) return 0
  const { stdout } = spawnSync(executablePath, ['--version'], { encoding: 'utf8' })
  return Number(/Chromium (\d+)/.exec(stdout)?.[1] ?? 0)
}

/** Launches a Chromium that accepts the certificate with this public key, and that has device-bound sessions. */
function launch(keyHash: string): Promise<Browser> {
  return chromium.launch(launchOptions(keyHash))
}

/** Chromium uses the last of several lists, so these two repeat the entries of Playwright's own lists that matter here. */
const enabledFeatures = [
  // Without the quota of proofs, which a test would exceed.
  'DeviceBoundSessions:RefreshQuota/false',
  // Stores keys in software, because a test machine may have no TPM.
  'EnableBoundSessionCredentialsSoftwareKeysForManualTesting',
  'SkipListAccountsWithoutGaiaCookies',
]
const disabledFeatures = [
  // Each window would also load two pages for the popup of its address bar, which use more CPU than a page of the app.
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'HttpsUpgrades',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
]

/**
 * The options with which Chromium accepts the certificate with this public key, and has device-bound sessions, except for the
 * features in `disabled`.
 */
export function launchOptions(keyHash: string, ...disabled: string[]): LaunchOptions {
  return {
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      `--enable-features=${enabledFeatures}`,
      `--disable-features=${[...disabledFeatures, ...disabled]}`,
      `--ignore-certificate-errors-spki-list=${keyHash}`,
    ],
  }
}
