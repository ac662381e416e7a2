import { admin, row, uniqueNetwork } from './admin-page'
import { becomeUser, expect, testOnPostgres as test } from './fixtures'
import { seedSessions } from './seed'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

test.beforeEach(async ({ visitor, context }) => becomeUser(visitor, context, 'admin'))

test('each filter shows its total, but not while the list shows the sessions of a search', async ({ page, database }) => {
  const network = uniqueNetwork()
  await seedSessions(database.url, [{ ip: `${network}1` }, { ip: `${network}2`, expiresIn: -1 }])
  await page.goto(admin)
  const links = page.getByRole('navigation', { name: 'Filter' }).getByRole('link')
  await expect(links).toHaveText([/^All \d+$/, /^Active \d+$/, /^Signed in \d+$/, /^Anonymous \d+$/, /^Expired \d+$/])
  const [all = 0, active = 0, signedIn, anonymous, expired] = (await links.allTextContents()).map((text) =>
    Number(text.match(/\d+/)),
  )
  expect([all, active]).toEqual([active + Number(expired), Number(signedIn) + Number(anonymous)])
  expect(Math.min(active, Number(expired))).toBeGreaterThan(0)
  await page.goto(`${admin}?search=${network}`)
  await expect(links).toHaveText(['All', 'Active', 'Signed in', 'Anonymous', 'Expired'])
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('a row shows the user, the device and the last use below the id, and nothing is cut off', async ({ page, database }) => {
    const ip = `${uniqueNetwork()}1`
    const userId = crypto.randomUUID()
    const [id = ''] = await seedSessions(database.url, [{ userId, ip, userAgent: firefox, beganAgo: 7200, seenAgo: 600 }])
    await page.goto(`${admin}?search=${ip}`)
    await expect(row(page, id).getByTitle(userId).filter({ visible: true })).toBeVisible()
    await expect(row(page, id).getByText('Firefox on Linux, 10 minutes ago').filter({ visible: true })).toBeVisible()
    const table = page.getByRole('region', { name: 'List of sessions' })
    expect(await table.evaluate((node) => node.scrollWidth - node.clientWidth)).toBe(0)
    await page.getByRole('columnheader', { name: 'Session' }).getByRole('link', { name: 'Last seen' }).click()
    await expect(page).toHaveURL(/sort=lastSeen/)
  })

  test('a long user id does not widen the page of a session', async ({ page, database }) => {
    const userId = crypto.randomUUID()
    const [id] = await seedSessions(database.url, [{ userId }])
    await page.goto(`${admin}?id=${id}`)
    await expect(page.getByRole('link', { name: `Revoke all sessions of ${userId}…` })).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
  })

  test('the labels of a chart have equal distances, and the last bar has one', async ({ page }) => {
    await page.goto(`${admin}?view=statistics`)
    const card = page.getByRole('region', { name: 'Started in the last 24 hours' })
    const labels = card.locator('.recharts-xAxis-tick-labels text')
    await expect(labels).toHaveCount(5)
    const hours = (await labels.allTextContents()).map((text) => Number.parseInt(text, 10))
    const distances = hours.slice(1).map((hour, index) => (hour - (hours[index] ?? 0) + 24) % 24)
    expect(distances).toEqual([5, 5, 5, 5])
    await card.getByText('Show as table').click()
    await expect(card.getByRole('rowheader').last()).toHaveText((await labels.last().textContent()) ?? '')
  })
})
