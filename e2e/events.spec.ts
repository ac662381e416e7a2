import { violations } from './axe'
import { expect, test } from './fixtures'
import { cookieName, Visitor } from './visitor'

test('the admin sees the last events, and filters select the logins or the rejected cookies', async ({ page, logInAs, app }) => {
  await new Visitor(app.url, `${cookieName}=v1.forged`).get('/api/session')
  await logInAs('admin')
  await page.goto('/admin/sessions')
  await page.getByRole('link', { name: 'Events' }).click()
  const newest = page.getByRole('row').nth(1)
  await expect(newest).toHaveText(/login\s*admin/)
  await page.getByRole('link', { name: 'Rejected', exact: true }).click()
  await expect(newest).toHaveText(/rejected: malformed\s*–/)
  await page.getByRole('link', { name: 'Logins' }).click()
  await expect(newest).toHaveText(/login\s*admin/)
  await expect(page.getByRole('row', { name: 'rejected' })).toHaveCount(0)
  expect(await violations(page)).toEqual([])
  await newest.getByRole('link').click()
  await expect(page.getByRole('heading', { name: /^Session / })).toBeVisible()
})

test('a user who is not an admin sees no events, and a visitor is asked to log in', async ({ page, logInAs }) => {
  await page.goto('/admin/events')
  await expect(page).toHaveURL('/login?next=%2Fadmin%2Fevents')
  await logInAs('demo')
  await page.goto('/admin/events')
  await expect(page.getByText('This page is for admins only.')).toBeVisible()
  await expect(page.getByRole('table')).toHaveCount(0)
})
