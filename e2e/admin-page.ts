import type { Page } from 'playwright/test'
import type { CountingProxy } from './counting-proxy'
import { expect } from './fixtures'
import { press } from './flows'

/** The path of the demo's admin page. */
export const admin = '/admin/sessions'

/** The table row of a session. */
export const row = (page: Page, id: string) => page.getByRole('row').filter({ has: page.getByTitle(id) })

/** The table row of the current session. */
export const currentRow = (page: Page) => page.getByRole('row').filter({ hasText: 'current' })

const revokeLabel = 'Revoke session '

/** The ids of the sessions on the page, from top to bottom. */
export const ids = (page: Page) =>
  page
    .getByRole('link', { name: new RegExp(`^${revokeLabel}[0-9a-f-]{36}$`) })
    .evaluateAll((links, label) => links.map((link) => link.getAttribute('aria-label')?.slice(label.length) ?? ''), revokeLabel)

/** Waits for a heading of level 1. */
export const expectHeading = (page: Page, name: string | RegExp) =>
  expect(page.getByRole('heading', { name, level: 1 })).toBeVisible()

/** Waits for the message of an operation. */
export const expectMessage = (page: Page, text: string | RegExp) => expect(page.locator('.messages')).toHaveText(text)

let networks = 0
/** Returns the start of IP addresses that no other test uses, so that a test can find its own sessions by search. */
export const uniqueNetwork = () => `198.51.${++networks}.`

/** Presses a button, and delays the statement of the first post until the time limit of that post has passed. */
export async function holdFirstSlice(page: Page, database: CountingProxy, button: string): Promise<void> {
  const first = database.hold(/delete from "sessions"/)
  // Without JavaScript, a click resolves only after the response, so it must not be awaited here.
  const pressed = press(page, button)
  await first.caught
  // The server starts to measure the post before it sends the statement, so its limit passes before this condition is met.
  const caughtAt = Date.now()
  await expect.poll(() => Date.now() - caughtAt, 'time of a slice').toBeGreaterThan(1200)
  first.release()
  await pressed
}
