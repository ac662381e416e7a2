import { withRequest } from 'coatcheck/testing'
import { expect, it } from 'vitest'
import { saveName } from './save-name'
import { getSession } from './sessions'

it('saveName stores the name of the logged-in user', async () => {
  const { cookies } = await withRequest({}, async () => (await getSession()).login('7'))
  const form = new FormData()
  form.set('name', 'Ann')
  await withRequest({ cookies, context: 'action' }, () => saveName(form))
  const { value } = await withRequest({ cookies, context: 'render' }, async () => (await getSession()).get('name'))
  expect(value).toBe('Ann')
})

it('saveName sends an anonymous visitor to the login page', async () => {
  // A redirect is an error. It is caught inside the function, so that withRequest also returns the cookies.
  const { value } = await withRequest({ context: 'action' }, () => saveName(new FormData()).catch((error) => error.digest))
  expect(value).toMatch(/^NEXT_REDIRECT;replace;\/login/)
})
