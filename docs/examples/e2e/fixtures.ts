import { test as base } from '@playwright/test'
import { withRequest } from 'coatcheck/testing'
import { getSession } from '../app/sessions'

interface Fixtures {
  /** Logs the browser in without the form. */
  logInAs: (userId: string) => Promise<void>
}

export const test = base.extend<Fixtures>({
  logInAs: async ({ context, baseURL }, use) => {
    await use(async (userId) => {
      const { setCookies } = await withRequest({}, async () => (await getSession()).login(userId))
      const url = baseURL ?? 'http://localhost:3000'
      for (const { name, value, secure } of setCookies) {
        // Playwright sets a Secure cookie only for an https URL. The browser also sends the cookie to http://localhost.
        const origin = secure ? url.replace(/^http:/, 'https:') : url
        await context.addCookies([{ name, value, secure, httpOnly: true, url: origin }])
      }
    })
  },
})
