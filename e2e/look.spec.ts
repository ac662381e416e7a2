import type { BrowserContext, Page } from 'playwright/test'
import { admin } from './admin-page'
import { violations } from './axe'
import { becomeUser, expect, test } from './fixtures'
import { entry, hydrated, press, setKey, shownId } from './flows'
import type { Visitor } from './visitor'

// These tests change the clock, the color scheme or the scripts of their page permanently.
test.use({ keepsPage: false })

// A page that shows a problem also contains everything that it shows without one.
const open = ['/?problem=DATA_INVALID', '/shop', '/how', '/timeout', '/login?problem=credentials']
const statistics = '/admin/sessions?view=statistics'
const account = ['/account', '/account/sessions', '/account/password?problem=current']
const guarded = [...account, admin, statistics, `${admin}?confirm=others`, '/admin/events']
const withData = ['/', '/shop', '/how', '/timeout', ...guarded]
/** The sizes and color schemes in which all pages are tested. The other combinations follow with TEST_ALL=1. */
const looks = [
  { width: 1280, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
  ...(process.env.TEST_ALL
    ? ([
        { width: 1280, colorScheme: 'dark' },
        { width: 390, colorScheme: 'light' },
      ] as const)
    : []),
] as const

for (const { width, colorScheme } of looks) {
  test.describe(`${width} px wide, in ${colorScheme}`, () => {
    test.use({ viewport: { width, height: 844 }, colorScheme, contextOptions: { reducedMotion: 'reduce' } })

    const rule = 'nothing moves while a page loads, nothing is wider than the screen, and axe finds no problem'
    test(`${rule}, for an anonymous visitor`, async ({ page }) => {
      await recordShifts(page)
      for (const path of open) await expectFlawless(page, path, colorScheme)
    })

    test(`${rule}, for an admin with data`, async ({ page, visitor, context }) => {
      await asAdmin(visitor, context)
      await recordShifts(page)
      for (const path of [...withData, await ownSession(visitor)]) await expectFlawless(page, path, colorScheme)
    })
  })
}

test('an unknown page shows a message and a link back', async ({ visitor, page, consoleLog }) => {
  expect((await visitor.get('/nothing')).status).toBe(404)
  await page.goto('/nothing')
  expect(await violations(page)).toEqual([])
  await page.getByRole('link', { name: 'Back to your session' }).click()
  await expect(page.getByRole('heading', { name: 'Your session' })).toBeVisible()
  // The browser itself reports the status.
  expect(consoleLog.splice(0)).toEqual([expect.stringContaining('404')])
})

test("the color scheme switch toggles light and dark, and the choice survives a reload unless it equals the system's setting", async ({
  page,
}) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto('/')
  await hydrated(page)
  const light = await ground()
  await press(page, 'Switch between light and dark')
  await expect.poll(ground).not.toBe(light)
  await page.reload()
  await hydrated(page)
  expect(await ground()).not.toBe(light)
  await press(page, 'Switch between light and dark')
  await expect.poll(ground).toBe(light)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(ground).not.toBe(light)
})

test('the keyboard reaches the content and the forms in order', async ({ page }) => {
  await page.goto('/')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('Your name')).toBeFocused()
  await page.keyboard.type('Grace')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Remember my name' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(entry(page, 'name')).toHaveText('name: "Grace"')
})

test('the remaining time is in the HTML, counts down, and says when the session has expired', async ({ page }) => {
  await page.clock.install()
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await shownId(page)
  await page.getByLabel('Expires').selectOption({ label: 'after 1 minute' })
  await press(page, 'Save')
  const left = page.getByRole('timer')
  await expect(left).toHaveText(/^in (1 min|59 s)/)
  await page.clock.runFor(10_000)
  await expect(left).toHaveText(/^in (50|4\d) s$/)
  await page.clock.runFor(50_000)
  await expect(left).toHaveCount(0)
  await expect(page.getByTestId('expiry').getByRole('status')).toHaveText('This session has expired.')
  await expect(page.getByRole('button', { name: 'Reload' })).toBeVisible()
})

test('the code next to a form is the code of its action: first the lines that use the session, and all of it on request', async ({
  page,
}) => {
  await page.goto('/')
  const code = page.getByRole('region', { name: 'Set a key' }).getByRole('figure')
  const [change, whole] = [code.locator('pre').first(), code.locator('pre').last()]
  await expect(change).toContainText(/^const session = await getSession\(\)\s*await session\.set\(key, value\)/)
  await expect(whole).toBeHidden()
  await code.getByText('The whole setValueAction').click()
  await expect(whole).toBeVisible()
  await expect(whole).toContainText('export async function setValueAction(form: FormData) {')
  await expect(whole).toContainText('await session.set(key, value)')
})

test('the bar at the bottom of a page opens to the last request, and covers nothing that has the focus', async ({ page }) => {
  await page.goto('/shop')
  const bar = page.getByRole('region', { name: 'Last request' })
  await bar.locator('summary').first().click()
  await expect(bar.getByTestId('last-request')).toBeVisible()
  await bar.locator('summary').first().click()
  await expect(bar.getByTestId('last-request')).toBeHidden()
  await page.setViewportSize({ width: 390, height: 500 })
  const last = page.getByText('The whole removeFromCartAction')
  await last.focus()
  const bottomOf = (node: Element) => node.getBoundingClientRect().bottom
  const topOf = (node: Element) => node.getBoundingClientRect().top
  expect(await last.evaluate(bottomOf)).toBeLessThanOrEqual(await bar.evaluate(topOf))
})

async function expectFlawless(page: Page, path: string, colorScheme: 'light' | 'dark'): Promise<void> {
  expect(await shiftOf(page, path), path).toBeLessThan(0.01)
  if (path === statistics) await expect(page.locator('.recharts-bar')).toHaveCount(2)
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(excess, `${path} scrolls sideways`).toBe(0)
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme)
  expect(await violations(page), path).toEqual([])
}

/** Waits until React runs and the page shows the last part that it loads: the duration of its request. */
async function loaded(page: Page): Promise<void> {
  await hydrated(page)
  await expect(page.getByTestId('last-request')).toContainText(/\d ms/)
}

async function asAdmin(visitor: Visitor, context: BrowserContext): Promise<void> {
  await visitor.patch({ person: { name: 'Ada', languages: ['en', 'fr'] }, cart: [{ id: 'scarf', quantity: 1 }] })
  await becomeUser(visitor, context, 'admin')
}

/** Returns the path of the admin page of the visitor's session. */
async function ownSession(visitor: Visitor): Promise<string> {
  const { json } = await visitor.get('/api/session')
  return `${admin}?id=${(json as { id: string }).id}`
}

/** Makes each document add up the layout shifts that the browser reports. */
async function recordShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const sum = { shift: 0 }
    Object.assign(window, { sum })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum.shift += (entry as PerformanceEntry & { value: number }).value
    }).observe({ type: 'layout-shift', buffered: true })
  })
}

async function shiftOf(page: Page, path: string): Promise<number> {
  await page.goto(path)
  await loaded(page)
  // After two frames, the page is drawn and its shifts are reported.
  return page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    return (window as unknown as { sum: { shift: number } }).sum.shift
  })
}
