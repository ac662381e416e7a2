import type { BrowserContext, Page } from 'playwright/test'
import { admin, becomeUser } from './admin-page'
import { violations } from './axe'
import { expect, test } from './fixtures'
import { entry, hydrated, press, setKey, shownId } from './flows'
import type { Visitor } from './visitor'

const open = ['/', '/shop', '/how', '/login', '/?problem=DATA_INVALID', '/login?problem=credentials']
const figures = '/admin/sessions?view=figures'
const guarded = ['/account', '/account/sessions', '/account/password?problem=current', admin, figures, `${admin}?confirm=others`]
const withData = ['/', '/shop', '/how', ...guarded]
const widths = [1280, 390]

test.describe('axe finds nothing in light and dark, and nothing is wider than a phone or a desktop', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } })

  for (const path of open) {
    test(`for a stranger, at ${path}`, async ({ page }) => {
      await expectFlawless(page, path)
    })
  }

  for (const path of withData) {
    test(`for an admin with data, at ${path}`, async ({ page, visitor, context }) => {
      await asAdmin(visitor, context)
      await expectFlawless(page, path)
    })
  }

  test('for an admin with data, at the page of the own session', async ({ page, visitor, context }) => {
    await asAdmin(visitor, context)
    await expectFlawless(page, await ownSession(visitor))
  })
})

test('a page that is not there says so, and leads back', async ({ visitor, page, consoleLog }) => {
  expect((await visitor.get('/nothing')).status).toBe(404)
  await page.goto('/nothing')
  expect(await violations(page)).toEqual([])
  await page.getByRole('link', { name: 'Back to your session' }).click()
  await expect(page.getByRole('heading', { name: 'Your session' })).toBeVisible()
  // The browser reports the status itself.
  expect(consoleLog.splice(0)).toEqual([expect.stringContaining('404')])
})

for (const width of widths) {
  test.describe(`nothing moves while a page loads, ${width} px wide,`, () => {
    test.use({ viewport: { width, height: 844 } })

    test('for a stranger', async ({ page }) => {
      await recordShifts(page)
      for (const path of open) expect(await shiftOf(page, path), path).toBeLessThan(0.01)
    })

    test('for an admin with data', async ({ page, visitor, context }) => {
      await asAdmin(visitor, context)
      await recordShifts(page)
      for (const path of [...withData, await ownSession(visitor)]) expect(await shiftOf(page, path), path).toBeLessThan(0.01)
    })
  })
}

test('the switch turns light to dark and back, a reload keeps it, and the system is followed where it agrees', async ({ page }) => {
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

test('the keyboard skips to the content, and reaches the forms in their order', async ({ page }) => {
  await page.goto('/')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused()
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

test('the time that is left is in the HTML, ticks, and says when it is over', async ({ page }) => {
  await page.clock.install()
  await page.goto('/')
  await setKey(page, 'name', 'Ada')
  await shownId(page)
  await page.getByLabel('Ends').selectOption({ label: 'after 1 minute' })
  await press(page, 'Choose')
  const left = page.getByRole('timer')
  await expect(left).toHaveText(/^in (1 min|59 s)/)
  await page.clock.runFor(10_000)
  await expect(left).toHaveText(/^in (50|4\d) s$/)
  await page.clock.runFor(50_000)
  await expect(left).toHaveCount(0)
  await expect(page.getByTestId('expiry').getByRole('status')).toHaveText('This session has ended.')
  await expect(page.getByRole('button', { name: 'Reload' })).toBeVisible()
})

test('the code beside a form is that of its action', async ({ page }) => {
  await page.goto('/')
  const code = page.getByRole('region', { name: 'Set a key' }).getByRole('figure')
  await expect(code).toContainText('export async function setValueAction(form: FormData) {')
  await expect(code).toContainText('await session.set(key, value)')
})

async function expectFlawless(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await loaded(page)
  if (path === figures) await expect(page.locator('.recharts-bar')).toHaveCount(2)
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

/** Waits until React runs, and the last thing is there that comes by itself: how long the page took. */
async function loaded(page: Page): Promise<void> {
  await hydrated(page)
  await expect(page.getByTestId('last-request')).toContainText(/\d ms/)
}

async function asAdmin(visitor: Visitor, context: BrowserContext): Promise<void> {
  await visitor.patch({ person: { name: 'Ada', languages: ['en', 'fr'] }, cart: [{ id: 'scarf', quantity: 1 }] })
  await becomeUser(visitor, context, 'admin')
}

/** The page of the visitor's own session. */
async function ownSession(visitor: Visitor): Promise<string> {
  const { json } = await visitor.get('/api/session')
  return `${admin}?id=${(json as { id: string }).id}`
}

/** Sums up what the browser counts as a shift of the layout, from the start of each document. */
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
  // Two frames later it is drawn, and counted.
  return page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    return (window as unknown as { sum: { shift: number } }).sum.shift
  })
}
