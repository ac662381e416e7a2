import { whyNot } from './exceptions'
import { expect, test } from './fixtures'
import { hydrated, logIn, sessionCookie } from './flows'

const statusPath = '/api/session/status'

test('"Stay signed in" extends the session, and with sessions in cookies the browser receives the extended one', {
  tag: '@cookie',
}, async ({ page, context, engine }) => {
  await page.goto('/login')
  await logIn(page, 'demo')
  await expect(page.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await page.evaluate(() => fetch('/api/session/expiry', { method: 'POST', body: '{"value": 40}' }))
  await page.clock.install()
  await page.goto('/timeout')
  await hydrated(page)
  const before = await sessionCookie(context)
  const secondsLeft = (path: string) => page.evaluate(async (url) => (await (await fetch(url)).json()).expiresIn, path)
  // The server's clock has to advance by a step, which is a tenth of the lifetime.
  await expect.poll(() => secondsLeft(statusPath)).toBeLessThanOrEqual(35)
  await page.clock.fastForward(21_000)
  const extension = page.waitForResponse(
    (response) => response.request().method() === 'POST' && response.url().endsWith(statusPath),
  )
  await page.getByRole('button', { name: 'Stay signed in' }).click()
  expect(await (await extension).json()).toMatchObject({ state: 'active', expiresIn: 40 })
  await expect(page.getByRole('alertdialog')).toBeHidden()
  const isSealed = whyNot(engine, 'quiet-writes') !== undefined
  expect((await sessionCookie(context))?.value !== before?.value, 'another cookie').toBe(isSealed)
})
