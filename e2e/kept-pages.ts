import type { Browser, BrowserContextOptions, Page } from 'playwright/test'

/** The pages that the tests of a worker share. A page in a new process needs twice the time to load. */
export interface KeptPages {
  /** Returns the page with these options, without cookies and data of earlier tests. */
  open(options: BrowserContextOptions): Promise<Page>
  /** Deletes what a test has left in the page's context, and closes its other pages. */
  reset(page: Page): Promise<void>
}

/** Returns the pages of one browser. */
export function keepPages(browser: Browser): KeptPages {
  const kept = new Map<string, Page>()
  return {
    open: async (options) => {
      const key = JSON.stringify(options)
      const known = kept.get(key)
      if (known && !known.isClosed()) return known
      const context = await browser.newContext(options)
      const page = await context.newPage()
      kept.set(key, page)
      return page
    },
    reset: async (page) => {
      if (page.isClosed()) return
      const context = page.context()
      for (const other of context.pages()) if (other !== page) await other.close()
      await page.unrouteAll({ behavior: 'ignoreErrors' })
      if (page.url().startsWith('http')) await page.evaluate(clearStorage).catch(() => {})
      await page.goto('about:blank')
      await context.clearCookies()
    },
  }
}

function clearStorage(): void {
  localStorage.clear()
  sessionStorage.clear()
}
