import type { Page } from 'playwright/test'
import { expect } from './fixtures'
import { cacheComponents, testOnPlaces } from './places'
import type { Visitor } from './visitor'

interface Notes {
  /** How often a session was read from the store. */
  readonly reads: number
  /** What callbacks saw that ran when the response was gone. */
  readonly notes: Readonly<Record<string, unknown>>
}

for (const command of ['start', 'dev'] as const) {
  const test = testOnPlaces(command)
  test.describe(`next ${command}`, () => {
    test.beforeEach(({ visitor }) => visitor.post('/api/begin', 'Ada'))

    test('layout, page, metadata and parallel route share one session, read once', async ({ visitor }) => {
      const { reads } = await notesOf(visitor)
      const { text } = await visitor.get('/')
      expect(shown(text)).toEqual(
        expect.arrayContaining(['metadata: Ada', 'layout: Ada', 'page: Ada, one object', 'parallel route: Ada']),
      )
      expect((await notesOf(visitor)).reads - reads).toBe(1)
    })

    test("in a page's after() the session that the page took can be read, a writer is READ_ONLY, and getSession is Next's own error", async ({
      visitor,
    }) => {
      await visitor.get('/page-after')
      await expect
        .poll(() => noteOf(visitor, 'page-after'))
        .toEqual({
          read: 'Ada',
          written: readOnly(/^session\.set\(\) was called in a page's after\(\), .* no cookie can be set/),
          asked: ofNext(/after\(/),
        })
    })

    test("in a route handler's after() getSession answers the handler's session, and a writer is READ_ONLY", async ({
      visitor,
    }) => {
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

    test("in an action's after() getSession answers the action's session, and the page shows what the action wrote, without another read", async ({
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

    test("the page shows what its action wrote under refresh: 'page', too", async ({ page, visitor }) => {
      await rename(page, visitor, 'Rename here')
    })

    test("inside a cached function getSession is Next's own error, and the store is not asked", async ({ visitor }) => {
      const { reads } = await notesOf(visitor)
      expect((await visitor.post('/api/use-cache')).json).toEqual(ofNext(/use cache/))
      expect((await visitor.post('/api/unstable-cache')).json).toEqual(ofNext(/unstable_cache/))
      expect((await notesOf(visitor)).reads).toBe(reads)
    })

    test('inside a private cache getSession answers the session', async ({ visitor }) => {
      test.skip(!cacheComponents, 'private caches are a part of Cache Components')
      expect(shown((await visitor.get('/private-cache')).text)).toContain('private cache: Ada')
    })
  })
}

/** Gives the visitor's session another name by the page's form, and sees the page show it. */
async function rename(page: Page, { cookie, url }: Visitor, button: string): Promise<void> {
  const [name = '', value = ''] = cookie.split('=')
  await page.context().addCookies([{ name, value, url }])
  await page.goto('/action')
  await expect(page.getByRole('status')).toHaveText('Ada')
  await page.getByLabel('Name').fill('Grace')
  await page.getByRole('button', { name: button, exact: true }).click()
  await expect(page.getByRole('status')).toHaveText('Grace')
}

async function notesOf(visitor: Visitor): Promise<Notes> {
  return (await visitor.get('/api/notes')).json as Notes
}

async function noteOf(visitor: Visitor, name: string): Promise<unknown> {
  return (await notesOf(visitor)).notes[name]
}

/** The texts of title and paragraphs: React puts comments between the parts of one. */
function shown(html: string): string[] {
  const texts = html.matchAll(/<(?:p|title)>(.*?)<\/(?:p|title)>/g)
  return [...texts].map(([, text = '']) => text.replaceAll('<!-- -->', ''))
}

const readOnly = (message: RegExp) => ({ name: 'SessionError', code: 'READ_ONLY', message: expect.stringMatching(message) })
const ofNext = (message: RegExp) => ({
  name: expect.not.stringMatching('SessionError'),
  code: null,
  message: expect.stringMatching(message),
})
