import type { Browser, BrowserContext } from 'playwright/test'
import { expect, testOnPostgres } from './fixtures'
import { sessionCookie } from './flows'
import { type RealTab, type RealTabs, realTabs } from './real-tabs'
import { expireIn, secondsLeft } from './session-expiry'
import { cookieName, Visitor } from './visitor'

/** A logged-in browser whose tabs can be hidden. `id` is its session. */
interface Tabs extends RealTabs {
  readonly id: string
}

const test = testOnPostgres.extend<{ tabs: Tabs }>({
  tabs: async ({ browser, context, logInAs, app }, use) => {
    await logInAs('demo')
    const visitor = new Visitor(app.url, `${cookieName}=${(await sessionCookie(context))?.value}`)
    const { id } = (await visitor.get('/api/session')).json as { id: string }
    const tabs = await openTabs(browser, context)
    await use({ ...tabs, id })
    await tabs.close()
  },
})

test('a hidden tab neither polls nor reacts to other tabs, and opens the login page when it is shown again', async ({
  tabs,
  app,
}) => {
  const hidden = await tabs.open(`${app.url}/account`)
  const shown = await tabs.open(`${app.url}/`)
  await hydrated(hidden)
  await hydrated(shown)
  await hidden.hide()
  const before = await polls(hidden)
  await hidden.evaluate("new BroadcastChannel('coatcheck /api/session/status').onmessage = () => { window.hasHeard = true }")
  await shown.evaluate("[...document.querySelectorAll('button')].find((button) => button.textContent === 'Log out').click()")
  await expect.poll(() => shown.evaluate('document.body.innerText')).toContain('Logged out')
  await expect.poll(() => hidden.evaluate('window.hasHeard'), 'the hidden tab has heard of it').toBe(true)
  expect([await address(hidden), await polls(hidden)]).toEqual(['/account', before])
  await hidden.show()
  await expect.poll(() => address(hidden)).toBe('/login?next=%2Faccount&reason=ended')
})

test('a tab that was frozen until shortly before the expiry that it knew asks the server before it warns', async ({
  tabs,
  app,
  database,
}) => {
  const tab = await tabs.open(`${app.url}/timeout`)
  await hydrated(tab)
  await tab.evaluate('HTMLDialogElement.prototype.showModal = () => { window.hasWarned = true }')
  await sleep(tab, 14 * 86_400 - 100)
  await expireIn(database, tabs.id, 86_400) // another device has extended the session
  await wake(tab)
  await expect.poll(() => text(tab, '[data-testid=expires-in]')).toMatch(/^in (1 d|23 h)/)
  expect(await tab.evaluate('window.hasWarned')).toBeUndefined()
  expect(await address(tab)).toBe('/timeout')
  expect(await secondsLeft(database, tabs.id)).toBeLessThanOrEqual(86_400)
})

test('a machine that slept until shortly before the expiry shows the warning and does not extend the session', async ({
  tabs,
  app,
  database,
}) => {
  const tab = await tabs.open(`${app.url}/timeout`)
  await hydrated(tab)
  await sleep(tab, 14 * 86_400 - 100)
  await expireIn(database, tabs.id, 100)
  await wake(tab)
  await expect.poll(() => text(tab, 'dialog[open] [role=status]')).toBe('Your session ends in 2 minutes.')
  expect(await secondsLeft(database, tabs.id)).toBeLessThanOrEqual(100)
})

test('a machine that slept beyond the expiry shows the login page', async ({ tabs, app, database }) => {
  const tab = await tabs.open(`${app.url}/timeout`)
  await hydrated(tab)
  await sleep(tab, 15 * 86_400)
  await expireIn(database, tabs.id, -1)
  await wake(tab)
  await expect.poll(() => address(tab)).toBe('/login?next=%2Ftimeout&reason=ended')
})

async function openTabs(browser: Browser, context: BrowserContext): Promise<RealTabs> {
  return realTabs(browser, await context.cookies())
}

/** Freezes the tab, and advances its clock by `seconds` without running its timers, as when a machine sleeps. */
async function sleep(tab: RealTab, seconds: number): Promise<void> {
  await tab.hide()
  await tab.freeze()
  await tab.evaluate(`{ const { now } = Date; Date.now = () => now() + ${seconds * 1000} }`)
}

async function wake(tab: RealTab): Promise<void> {
  await tab.resume()
  await tab.show()
}

/** Waits until React runs in the page. */
async function hydrated(tab: RealTab): Promise<void> {
  const link = "document.querySelector('nav[aria-label=Main] a')"
  await expect.poll(() => tab.evaluate(`Object.keys(${link} ?? {}).some((key) => key.startsWith('__reactProps'))`)).toBe(true)
}

const address = (tab: RealTab) => tab.evaluate('location.pathname + location.search')
const polls = (tab: RealTab) =>
  tab.evaluate("performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/api/session/status')).length")
const text = (tab: RealTab, selector: string) => tab.evaluate(`document.querySelector('${selector}')?.textContent`)
