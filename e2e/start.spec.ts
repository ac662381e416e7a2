import { expect, test } from './fixtures'
import { press } from './flows'

test('the start page says what the library is', async ({ visitor }) => {
  const { text } = await visitor.get('/')
  for (const word of ['essions for Next.js', 'library', 'Django']) expect(text).toContain(word)
})

test('the four steps show the form, the code that ran, the cookie in the response and the statements', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByTestId('received-cookie')).toContainText('No Set-Cookie: the browser has no cookie.')
  await expect(page.getByTestId('asked-statements')).toContainText('No statements.')
  await page.getByLabel('Your name').fill('Grace')
  await press(page, 'Remember my name')
  await expect(page.getByTestId('greeting')).toContainText('Hello Grace.')
  const code = page.getByRole('region', { name: 'The code that stores it' }).locator('pre').first()
  await expect(code).toHaveText("const session = await getSession()\nawait session.set('name', name)", { useInnerText: true })
  await expect(page.getByTestId('received-cookie')).toContainText(/Set-Cookie: __Host-session=\(hidden\);.*HttpOnly/)
  await expect(page.getByTestId('asked-statements')).toContainText(/1 statement:.*INSERT sessions.*creates the session/)
  await page.reload()
  await expect(page.getByTestId('greeting')).toContainText('Hello Grace.')
  await expect(page.getByTestId('received-cookie')).toContainText('No Set-Cookie: the browser keeps the cookie that it has.')
  await expect(page.getByTestId('asked-statements')).toContainText(/1 statement:.*SELECT sessions.*reads your session/)
})
