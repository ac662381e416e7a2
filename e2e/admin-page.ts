import type { BrowserContext, Page } from 'playwright/test'
import type { CountingProxy } from './counting-proxy'
import { expect } from './fixtures'
import { press } from './flows'
import { cookieName, type Visitor } from './visitor'

/** Where the demo has mounted the admin. */
export const admin = '/admin/sessions'

/** Logs the visitor in, and the browser with the same cookie. */
export async function becomeUser(visitor: Visitor, context: BrowserContext, username: 'demo' | 'admin'): Promise<void> {
  expect((await visitor.post('/api/login', { username, password: username })).status).toBe(200)
  await context.addCookies([{ name: cookieName, value: visitor.token, url: 'https://localhost', httpOnly: true }])
}

/** The line of a session. */
export const row = (page: Page, id: string) => page.getByRole('row').filter({ has: page.getByTitle(id) })

/** The line of the session that one acts in. */
export const ownRow = (page: Page) => page.getByRole('row').filter({ hasText: 'yours' })

/** The ids of the sessions on the page, in their order. */
export const ids = (page: Page) =>
  page
    .getByRole('link', { name: /^End session [0-9a-f-]{36}$/ })
    .evaluateAll((links) => links.map((link) => link.getAttribute('aria-label')?.slice('End session '.length) ?? ''))

export const heading = (page: Page, name: string | RegExp) => expect(page.getByRole('heading', { name, level: 1 })).toBeVisible()

/** Waits for what an action has left to say. */
export const said = (page: Page, text: string | RegExp) => expect(page.locator('.messages')).toHaveText(text)

let networks = 0
/** The beginning of addresses that no other test uses: so it finds its own sessions among those of others. */
export const ownNetwork = () => `198.51.${++networks}.`

/** Presses a button, and holds the first slice's statement until its time is over. */
export async function holdASlice(page: Page, database: CountingProxy, button: string): Promise<void> {
  const first = database.hold(/delete from "sessions"/)
  // Without JavaScript a click lasts until the answer is there.
  const pressed = press(page, button)
  await first.caught
  // The slice began before its statement did.
  const caughtAt = Date.now()
  await expect.poll(() => Date.now() - caughtAt, 'time of a slice').toBeGreaterThan(1200)
  first.release()
  await pressed
}
