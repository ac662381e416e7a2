import type { BrowserContext, Page } from 'playwright/test'
import { admin } from './admin-page'
import { violations } from './axe'
import { becomeUser, expect, test } from './fixtures'
import { entry, hydrated, press, setKey, shownId } from './flows'
import type { Visitor } from './visitor'

const open = ['/', '/shop', '/how', '/login', '/?problem=DATA_INVALID', '/login?problem=credentials']
const statistics = '/admin/sessions?view=statistics'
const guarded = ['/account', '/account/sessions', '/account/password?problem=current', admin, statistics, `${admin}?confirm=others`]
const withData = ['/', '/shop', '/how', ...guarded]
const widths = [1280, 390]

test.describe('in light and dark, on a phone and a desktop', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } })

  for (const path of open) {
    test(`axe finds no problem, and nothing is wider than the screen, for an anonymous visitor at ${path}`, async ({ page }) => {
      await expectFlawless(page, path)
    })
  }

  for (const path of withData) {
    test(`axe finds no problem, and nothing is wider than the screen, for an admin with data at ${path}`, async ({
      page,
      visitor,
      context,
    }) => {
      await asAdmin(visitor, context)
      await expectFlawless(page, path)
    })
  }

  test('axe finds no problem, and nothing is wider than the screen, on the page of the current session', async ({
    page,
    visitor,
    context,
  }) => {
    await asAdmin(visitor, context)
    await expectFlawless(page, await ownSession(visitor))
  })
})

test('an unknown page shows a message and a link back', async ({ visitor, page, consoleLog }) => {
  expect((await visitor.get('/nothing')).status).toBe(404)
  await page.goto('/nothing')
  expect(await violations(page)).toEqual([])
  await page.getByRole('link', { name: 'Back to your session' }).click()
  await expect(page.getByRole('heading', { name: 'Your session' })).toBeVisible()
  // The browser itself reports the status.
  expect(consoleLog.splice(0)).toEqual([expect.stringContaining('404')])
})

for (const width of widths) {
  test.describe(`${width} px wide`, () => {
    test.use({ viewport: { width, height: 844 } })

    test('nothing moves while a page loads for an anonymous visitor', async ({ page }) => {
      await recordShifts(page)
      for (const path of open) expect(await shiftOf(page, path), path).toBeLessThan(0.01)
    })

    test('nothing moves while a page loads for an admin with data', async ({ page, visitor, context }) => {
      await asAdmin(visitor, context)
      await recordShifts(page)
      for (const path of [...withData, await ownSession(visitor)]) expect(await shiftOf(page, path), path).toBeLessThan(0.01)
    })
  })
}

test("the color scheme switch toggles light and dark and survives a reload, and the system's setting applies if it agrees", async ({
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
  for (const name of ['Key', 'Value (JSON or text)']) {
    await page.keyboard.press('Tab')
    await expect(page.getByLabel(name, { exact: true })).toBeFocused()
  }
  await page.keyboard.type('Ada')
  await page.keyboard.press('Enter')
  await expect(entry(page, 'name')).toHaveText('name: "Ada"')
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

test('the code next to a form is the code of its action', async ({ page }) => {
  await page.goto('/')
  const code = page.getByRole('region', { name: 'Set a key' }).getByRole('figure')
  await expect(code).toContainText('export async function setValueAction(form: FormData) {')
  await expect(code).toContainText('await session.set(key, value)')
})

async function expectFlawless(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await loaded(page)
  if (path === statistics) await expect(page.locator('.recharts-bar')).toHaveCount(2)
  for (const width of widths) {
    await page.setViewportSize({ width, height: 844 })
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(excess, `scrolls sideways, ${width} px wide`).toBe(0)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme)
      expect(await violations(page), `in ${colorScheme}, ${width} px wide`).toEqual([])
    }
  }
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
