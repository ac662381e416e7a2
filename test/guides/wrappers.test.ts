import { beforeEach, describe, expect, it, vi } from 'vitest'
import { rename } from '../../docs/examples/app/rename'
import { saveName } from '../../docs/examples/app/save-name'
import { sessions } from '../../docs/examples/app/sessions'
import { FakeBrowser } from '../browser'

vi.hoisted(() => {
  process.env.SESSION_SECRET = 'a secret for tests, 32 characters'
})

const named = (name: string) => {
  const form = new FormData()
  form.set('name', name)
  return form
}
const nameOf = (browser: FakeBrowser) => browser.visit(async () => (await sessions.getSession()).get('name'))
/** Returns the target of the redirect with which `action` rejects, or its result. */
const outcome = async (browser: FakeBrowser, action: () => Promise<unknown>, context: 'action' | 'render' = 'action') =>
  browser.visit(() => action().catch(({ digest }: { digest?: string }) => digest), { context })

describe('docs/wrappers.md', () => {
  let browser: FakeBrowser
  beforeEach(async () => {
    browser = new FakeBrowser()
    await browser.visit(async () => (await sessions.getSession()).login('7'))
  })

  it('an action with try and catch writes, returns the code of an error, and lets the redirect of requireUser pass', async () => {
    expect(await outcome(browser, () => saveName(named('Ann')))).toEqual({ problem: null })
    expect(await nameOf(browser)).toBe('Ann')
    expect(await outcome(browser, () => saveName(named('\0')))).toEqual({ problem: 'DATA_INVALID' })
    expect(await outcome(new FakeBrowser(), () => saveName(named('Ann')))).toMatch(/^NEXT_REDIRECT;replace;\/login;/)
  })

  it('an action of next-safe-action writes, returns the code of an error, and lets the redirect of requireUser pass', async () => {
    expect(await outcome(browser, () => rename({ name: 'Ann' }))).not.toHaveProperty('serverError')
    expect(await nameOf(browser)).toBe('Ann')
    expect(await outcome(browser, () => rename({ name: '\0' }))).toMatchObject({ serverError: 'DATA_INVALID' })
    expect(await outcome(browser, () => rename({ name: '' }))).toHaveProperty('validationErrors')
    expect(await outcome(new FakeBrowser(), () => rename({ name: 'Ann' }))).toMatch(/^NEXT_REDIRECT;replace;\/login;/)
  })
})
