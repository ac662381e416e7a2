import type { Page } from 'playwright/test'
import { expect } from './fixtures'
import { testOnContexts } from './next-contexts'
import { cacheComponents, isPacked } from './next-contexts-app'
import type { Visitor } from './visitor'

interface Notes {
  /** The number of times that a session was read from the store. */
  readonly reads: number
  /** The records of callbacks that ran after the response. */
  readonly notes: Readonly<Record<string, unknown>>
}

// Development mode on the older versions of Next is tested by `npm run test:all`.
const commands = isPacked && !process.env.TEST_ALL ? (['start'] as const) : (['start', 'dev'] as const)

for (const command of commands) {
  const test = testOnContexts[command]
  // Development mode repeats the rules of production. Two tests are enough to see that it loads one copy of the
  // library.
  const tag = command === 'dev' ? '@long' : []
  test.describe(`under next ${command}`, () => {
    test.beforeEach(({ visitor }) => visitor.post('/api/begin', 'Ada'))

    test('layout, page, metadata and parallel route share one session, which is read once', async ({ visitor }) => {
      const { reads } = await notesOf(visitor)
      const { text } = await visitor.get('/')
      expect(textsOf(text)).toEqual(
        expect.arrayContaining(['metadata: Ada', 'layout: Ada', 'page: Ada, one object', 'parallel route: Ada']),
      )
      expect((await notesOf(visitor)).reads - reads).toBe(1)
    })

    test("in a page's after(), the page's session can be read, a writer rejects with READ_ONLY, and getSession rejects with Next's own error", {
      tag,
    }, async ({ visitor }) => {
      await visitor.get('/page-after')
      await expect
        .poll(() => noteOf(visitor, 'page-after'))
        .toEqual({
          read: 'Ada',
          written: readOnly(/^session\.set\(\) was called in a page's after\(\), .* no cookie can be set/),
          asked: ofNext(/after\(/),
        })
    })

    test("in a route handler's after(), getSession returns the handler's session, and a writer rejects with READ_ONLY", {
      tag,
    }, async ({ visitor }) => {
      const { reads } = await notesOf(visitor)
      await visitor.post('/api/handler-after')
      await expect
        .poll(() => noteOf(visitor, 'handler-after'))
        .toEqual({
          same: true,
          read: 'Ada',
          written: readOnly(/^session\.set\(\) was called .* in after\(\), where no cookie can be set/),
        })
      expect((await notesOf(visitor)).reads - reads).toBe(1)
    })

    test("in an action's after(), getSession returns the action's session, and the page shows what the action wrote without another read", async ({
      page,
      visitor,
    }) => {
      await rename(page, visitor, 'Rename')
      await expect
        .poll(() => noteOf(visitor, 'action'))
        .toEqual({
          same: true,
          read: 'Grace',
          written: readOnly(/^session\.set\(\) was called .* in after\(\), where no cookie can be set/),
          reads: 0,
        })
    })

    test("the page shows the data that its action wrote with refresh: 'page'", { tag }, async ({ page, visitor }) => {
      await rename(page, visitor, 'Rename here')
    })

    test('a page that was visited before an action shows the data of the action when the visitor goes back', { tag }, async ({
      page,
      visitor,
    }) => {
      await useCookieOf(visitor, page)
      await page.goto('/links')
      await expect(page.getByText('page with a link: Ada')).toBeVisible()
      await page.getByRole('link', { name: 'To the form' }).click()
      await submitName(page, 'Rename')
      await page.goBack()
      await expect(page.getByText('page with a link: Grace')).toBeVisible()
    })

    test('the guard redirects visitors without a login to the sign-in page, and lets users pass', { tag }, async ({ visitor }) => {
      const redirect = await visitor.get('/guarded?x=1')
      expect([redirect.status, redirect.headers.get('cache-control')]).toEqual([307, 'private, no-store'])
      expect(redirect.headers.get('location')).toMatch(/\/sign-in\?next=%2Fguarded%3Fx%3D1$/)
      await visitor.post('/api/login', 'u1')
      const page = await visitor.get('/guarded')
      expect([page.status, textsOf(page.text)]).toEqual([200, expect.arrayContaining(['guarded page: u1'])])
      visitor.cookie = visitor.cookie.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))
      expect((await visitor.get('/guarded')).status, 'with a forged token').toBe(307)
    })

    test("inside a cached function, getSession rejects with Next's own error, and the store is not queried", { tag }, async ({
      visitor,
    }) => {
      const { reads } = await notesOf(visitor)
      expect((await visitor.post('/api/use-cache')).json).toEqual(ofNext(/use cache/))
      expect((await visitor.post('/api/unstable-cache')).json).toEqual(ofNext(/unstable_cache/))
      expect((await notesOf(visitor)).reads).toBe(reads)
    })

    test('requireUser in a POST handler redirects with 303, so that the browser does not POST to the login page', { tag }, async ({
      visitor,
    }) => {
      const { status, headers } = await visitor.post('/api/members')
      expect([status, headers.get('location')]).toEqual([303, '/sign-in?next=%2Fguarded'])
      await visitor.post('/api/login', '7')
      expect((await visitor.post('/api/members')).json).toEqual({ userId: '7' })
    })

    test('the dialog warns before the session expires, one button extends the session, and its expiry leads to the login page', {
      tag,
    }, async ({ page, visitor }) => {
      await visitor.post('/api/login', 'u1')
      await visitor.post('/api/expiry', 90)
      await useCookieOf(visitor, page)
      await page.clock.install()
      await page.goto('/timeout')
      await expect(page.getByRole('note')).toHaveText('live: Ada')
      await page.clock.fastForward(46_000)
      await page.getByRole('button', { name: 'Stay signed in' }).click()
      await expect(page.getByRole('alertdialog')).toBeHidden()
      await visitor.post('/api/logout')
      await page.clock.runFor(61_000)
      await expect(page).toHaveURL('/sign-in?next=%2Ftimeout&reason=ended')
    })

    test('a client component that imports server code builds, and its error names the entry for the browser', { tag }, async ({
      page,
    }) => {
      await page.goto('/in-browser')
      await expect(page.locator('output')).toContainText(
        "createSessions of 'coatcheck' does not run in the browser. Import it in server code only; client components import from 'coatcheck/client'.",
      )
    })

    test('inside a private cache, getSession returns the session', { tag }, async ({ visitor }) => {
      test.skip(!cacheComponents, 'private caches are a part of Cache Components')
      expect(textsOf((await visitor.get('/private-cache')).text)).toContain('private cache: Ada')
    })

    test.describe('without JavaScript', () => {
      test.use({ javaScriptEnabled: false })

      test('the page that follows an action shows the data that the action wrote', { tag }, async ({ page, visitor }) => {
        await useCookieOf(visitor, page)
        await page.goto('/action')
        await page.getByLabel('Name').fill('Grace')
        await page.getByRole('button', { name: 'Rename', exact: true }).click()
        // The document contains the name, but only a script could move it out of its hidden Suspense boundary.
        await expect.poll(() => page.content()).toContain('Grace')
      })
    })
  })
}

/** Renames the visitor's session with the form of the page, and waits until the page shows the new name. */
async function rename(page: Page, visitor: Visitor, button: string): Promise<void> {
  await useCookieOf(visitor, page)
  await page.goto('/action')
  await submitName(page, button)
}

async function submitName(page: Page, button: string): Promise<void> {
  await expect(page.getByRole('status')).toHaveText('Ada')
  await page.getByLabel('Name').fill('Grace')
  await page.getByRole('button', { name: button, exact: true }).click()
  await expect(page.getByRole('status')).toHaveText('Grace')
}

async function useCookieOf({ cookie, url }: Visitor, page: Page): Promise<void> {
  const [name = '', value = ''] = cookie.split('=')
  await page.context().addCookies([{ name, value, url }])
}

async function notesOf(visitor: Visitor): Promise<Notes> {
  return (await visitor.get('/api/notes')).json as Notes
}

async function noteOf(visitor: Visitor, name: string): Promise<unknown> {
  return (await notesOf(visitor)).notes[name]
}

/** Returns the texts of title and paragraphs, without the comments that React puts between the parts of one. */
function textsOf(html: string): string[] {
  const texts = html.matchAll(/<(?:p|title)>(.*?)<\/(?:p|title)>/g)
  return [...texts].map(([, text = '']) => text.replaceAll('<!-- -->', ''))
}

const readOnly = (message: RegExp) => ({ name: 'SessionError', code: 'READ_ONLY', message: expect.stringMatching(message) })
const ofNext = (message: RegExp) => ({
  name: expect.not.stringMatching('SessionError'),
  code: null,
  message: expect.stringMatching(message),
})
