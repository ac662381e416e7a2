import type { Locator, Page } from 'playwright/test'
import { admin, becomeUser, heading, holdASlice, ids, ownNetwork, ownRow, row, said } from './admin-page'
import { expect, testOnPostgres as test } from './fixtures'
import { hydrated, logIn, press } from './flows'
import { seedSessions } from './seed'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

test.beforeEach(async ({ visitor, context }) => becomeUser(visitor, context, 'admin'))

test('the list tells who, from where, with what, since when and how much', async ({ page, database }) => {
  const ip = `${ownNetwork()}1`
  const userId = crypto.randomUUID()
  const [id = ''] = await seedSessions(database.url, [
    { userId, ip, userAgent: firefox, data: { a: 'x'.repeat(1500) }, beganAgo: 7200, seenAgo: 600, expiresIn: 3 * 86_400 },
  ])
  await page.goto(`${admin}?search=${ip}`)
  const cells = ['10 minutes ago', 'Firefox on Linux', 'in 3 days', ip, '1.5 kB', `${userId.slice(0, 8)}…${userId.slice(-4)}`]
  for (const text of cells) await expect(row(page, id)).toContainText(text)
  await expect(row(page, id).getByTitle(userId)).toBeVisible()
  await expect(row(page, id)).toContainText(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/)
  await page.goto(admin)
  await expect(ownRow(page)).toHaveCount(1)
})

test('the list is sorted by creation or last use, filtered, and searched by user, id and address', async ({ page, database }) => {
  const network = ownNetwork()
  const userId = crypto.randomUUID()
  const [old = '', young = '', over = ''] = await seedSessions(database.url, [
    { ip: `${network}1`, userId, beganAgo: 500, seenAgo: 1 },
    { ip: `${network}2`, beganAgo: 400, seenAgo: 300 },
    { ip: `${network}3`, beganAgo: 600, seenAgo: 600, expiresIn: -1 },
  ])
  await page.goto(admin)
  await page.getByLabel('Search').fill(network)
  await press(page, 'Search')
  await expect.poll(() => ids(page)).toEqual([young, old, over])
  await page.getByRole('link', { name: 'Last seen' }).click()
  await expect(page.getByRole('columnheader', { name: 'Last seen' })).toHaveAttribute('aria-sort', 'descending')
  await expect.poll(() => ids(page)).toEqual([old, young, over])
  const found = { Active: [old, young], 'Signed in': [old], Anonymous: [young], Expired: [over], All: [old, young, over] }
  for (const [filter, expected] of Object.entries(found)) {
    await page.getByRole('navigation', { name: 'Filter' }).getByRole('link', { name: filter }).click()
    await expect.poll(() => ids(page), filter).toEqual(expected)
  }
  for (const [text, expected] of [
    [userId.slice(0, 20), old],
    [young, young],
    [`${network}3`, over],
  ] as const) {
    await page.getByLabel('Search').fill(text)
    await press(page, 'Search')
    await expect.poll(() => ids(page), text).toEqual([expected])
  }
})

for (const sort of ['created', 'lastSeen']) {
  test(`pages go both ways at the price of the first one, by ${sort}`, async ({ page, database }) => {
    const network = ownNetwork()
    const all = Array.from({ length: 60 }, (_, i) => ({ ip: `${network}${i}`, beganAgo: 100 + i, seenAgo: 100 + i }))
    const seeded = await seedSessions(database.url, all)
    await page.goto(`${admin}?search=${network}&sort=${sort}`)
    const expectPage = (from: number) => expect.poll(() => ids(page)).toEqual(seeded.slice(from, from + 25))
    const step = (name: string) => page.getByRole('link', { name, exact: true }).click()
    await expectPage(0)
    await expect(page.getByRole('link', { name: 'Newer', exact: true })).toHaveCount(0)
    await step('Older')
    await expectPage(25)
    const before = database.statements.length
    await step('Older')
    await expectPage(50)
    expect(database.statements.slice(before).filter((text) => /^select .* order by/.test(text))).toHaveLength(1)
    await expect(page.getByRole('link', { name: 'Older', exact: true })).toHaveCount(0)
    await step('Newer')
    await expectPage(25)
    await step('Newer')
    await expectPage(0)
    await expect(page.getByRole('link', { name: 'Newer', exact: true })).toHaveCount(0)
  })
}

test('whatever stands in the address, the page answers in words', async ({ page }) => {
  const id = crypto.randomUUID()
  const nonsense = {
    'id=x': 'No such session',
    [`id=${id}`]: 'No such session',
    'status=dead&sort=%00&after=x&before=%ff&view=nothing': 'Sessions',
    [`sort=lastSeen&after=${id}.99999999999999999&search=%F0%9F%9A%80%00'%25`]: 'Sessions',
    'user=nobody&user=%00': 'Sessions',
    'confirm=end': 'Nothing is selected',
    [`confirm=end&ids=${id}&ids=x`]: 'Nothing to end',
    'confirm=user&of=nobody': 'Nothing to end',
    'confirm=everything&ids[]=1&__proto__=x': 'Sessions',
  }
  for (const [query, title] of Object.entries(nonsense)) {
    expect((await page.goto(`${admin}?${query}`))?.status(), query).toBe(200)
    await heading(page, title)
  }
})

test('a session is shown whole, but for what looks like a secret, which leaves the server only when asked for', async ({
  page,
  database,
}) => {
  const userId = crypto.randomUUID()
  const secret = `hunter-${userId}`
  const data = { profile: { name: 'Ada', apiToken: secret }, cart: ['scarf'] }
  const [id = '', other = ''] = await seedSessions(database.url, [{ userId, data, beganAgo: 60, userAgent: firefox }, { userId }])
  await page.goto(`${admin}?id=${id}`)
  await heading(page, `Session ${id.slice(0, 8)}…${id.slice(-4)}`)
  const region = (name: string) => page.getByRole('region', { name })
  for (const text of [id, userId, firefox]) await expect(region('Facts')).toContainText(text)
  for (const text of ['Created', 'Logged in', 'Last seen', 'Expires']) await expect(region('Timeline')).toContainText(text)
  await expect(region('Data')).toContainText('name: "Ada"')
  await expect(region('Data')).toContainText('apiToken: ••••••')
  await expect(region('All sessions of this user').getByRole('listitem')).toHaveCount(2)
  expect(await (await page.request.get(`${admin}?id=${id}`)).text()).not.toContain(secret)
  await page.getByRole('link', { name: 'Show it' }).click()
  await expect(region('Data')).toContainText(secret)
  await page.getByRole('link', { name: 'Mask them' }).click()
  await expect(region('Data')).toContainText('apiToken: ••••••')
  await region('All sessions of this user')
    .getByRole('link', { name: other.slice(-4) })
    .click()
  await heading(page, new RegExp(other.slice(-4)))
})

test('the selected sessions end once that is confirmed, and the list is where it was', async ({ page, database }) => {
  const network = ownNetwork()
  const [first = '', second = '', third = ''] = await seedSessions(database.url, [
    { ip: `${network}1` },
    { ip: `${network}2`, beganAgo: 5 },
    { ip: `${network}3`, beganAgo: 9 },
  ])
  await page.goto(`${admin}?search=${network}`)
  for (const id of [first, third]) await row(page, id).getByRole('checkbox').check()
  await press(page, 'End selected…')
  await heading(page, 'End 2 sessions?')
  await page.getByRole('link', { name: 'Cancel' }).click()
  await expect.poll(() => ids(page)).toEqual([first, second, third])
  await hydrated(page)
  await page.getByLabel('Select all').check()
  await row(page, second).getByRole('checkbox').uncheck()
  await press(page, 'End selected…')
  await press(page, 'End them')
  await said(page, 'Ended 2 sessions.')
  await expect.poll(() => ids(page)).toEqual([second])
  await expect(page).toHaveURL(new RegExp(`search=${network}`))
})

test("all of a user's sessions end, from the page of one of them", async ({ page, database }) => {
  const network = ownNetwork()
  const userId = crypto.randomUUID()
  const seeded = await seedSessions(database.url, [
    { userId, ip: `${network}1` },
    { userId, ip: `${network}2`, expiresIn: -5 },
    { ip: `${network}3`, beganAgo: 5 },
  ])
  await page.goto(`${admin}?search=${network}&id=${seeded[0]}`)
  await page.getByRole('link', { name: `End all sessions of ${userId}…` }).click()
  await heading(page, `End all sessions of ${userId}?`)
  await press(page, 'End them all')
  await said(page, 'Ended 2 sessions.')
  await expect.poll(() => ids(page)).toEqual([seeded[2]])
})

test('all sessions but the own one end', async ({ page, database, openBrowser }) => {
  const other = await openBrowser()
  await other.goto('/login')
  await logIn(other, 'demo')
  await expect(other.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await seedSessions(database.url, [{}, { expiresIn: -5 }])
  await page.goto(admin)
  await page.getByRole('link', { name: 'End all but mine…' }).click()
  await press(page, 'End all but mine')
  await said(page, /^Ended \d+ sessions\.$/)
  await expect.poll(() => ids(page)).toHaveLength(1)
  await expect(ownRow(page)).toHaveCount(1)
  await other.reload()
  await expect(other).toHaveURL(/\/login\?next=%2Faccount$/)
})

test('clearing what has expired shows how far it is, and goes on by itself', async ({ page, database }) => {
  await seedSessions(
    database.url,
    Array.from({ length: 1500 }, () => ({ expiresIn: -60 })),
  )
  await page.goto(admin)
  await page.getByRole('link', { name: 'Clear expired…' }).click()
  await heading(page, 'Clear expired sessions?')
  await holdASlice(page, database, 'Clear them')
  const rest = database.hold(/delete from "sessions"/)
  await rest.caught
  await expect(page.getByRole('status').filter({ hasText: /^1,000 of about 1,5\d\d$/ })).toBeVisible()
  await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', /^6\d$/)
  rest.release()
  await said(page, /^Cleared 1,5\d\d sessions that had expired\.$/)
  await page.goto(`${admin}?status=expired`)
  await expect(page.getByText('No session here.')).toBeVisible()
})

test('a long deed that fails on its way says so, and goes on only when somebody presses', async ({ page, database }) => {
  await seedSessions(
    database.url,
    Array.from({ length: 1500 }, () => ({ expiresIn: -60 })),
  )
  await page.goto(`${admin}?confirm=expired`)
  await hydrated(page)
  await holdASlice(page, database, 'Clear them')
  const rest = database.hold(/delete from "sessions"/)
  await expect(page.getByRole('main').getByRole('alert')).toContainText('The store did not answer.')
  const deletes = () => database.statements.filter((text) => /delete from "sessions"/.test(text)).length
  const before = deletes()
  rest.release()
  await expect(page.getByRole('button', { name: 'Go on' })).toBeEnabled()
  expect(deletes()).toBe(before)
  await press(page, 'Go on')
  await said(page, /^Cleared 1,\d{3} sessions that had expired\.$/)
})

test('the keyboard chooses a session of the list, and ends it', async ({ page, database }) => {
  const ip = `${ownNetwork()}1`
  const [id = ''] = await seedSessions(database.url, [{ ip }])
  await page.goto(`${admin}?search=${ip}`)
  await hydrated(page)
  await page.getByLabel('Search').focus()
  const box = row(page, id).getByRole('checkbox')
  await tabTo(page, box)
  await page.keyboard.press('Space')
  await expect(box).toBeChecked()
  await tabTo(page, page.getByRole('button', { name: 'End selected…' }))
  await page.keyboard.press('Enter')
  await heading(page, 'End this session?')
  await tabTo(page, page.getByRole('button', { name: 'End it' }))
  await page.keyboard.press('Enter')
  await said(page, 'Ended 1 session.')
})

test('the own session is marked, asked about twice, and ending it logs out', async ({ page, context }) => {
  await page.goto(admin)
  await page
    .getByRole('row')
    .filter({ hasText: 'yours' })
    .getByRole('link', { name: /^End session/ })
    .click()
  await heading(page, 'End this session?')
  await expect(page.getByRole('button', { name: /^End/ })).toHaveCount(0)
  await page.getByRole('link', { name: 'End it all the same…' }).click()
  await expect(page.getByText('Once more: this logs you out at once.')).toBeVisible()
  await press(page, 'End it, and log me out')
  await expect(page).toHaveURL(/\/login\?next=%2Fadmin%2Fsessions$/)
  expect(await context.cookies()).toEqual([])
})

test('the figures are drawn, and stand there as numbers, too', async ({ page, database }) => {
  await seedSessions(database.url, [{ userAgent: firefox }, { userAgent: firefox, expiresIn: -9 }])
  await page.goto(admin)
  await page.getByRole('link', { name: 'Figures' }).click()
  for (const tile of ['Active now', 'Signed in', 'Anonymous', 'Expired'])
    await expect(page.getByText(tile, { exact: true })).toBeVisible()
  await expect(page.getByRole('row', { name: 'Firefox' })).toContainText('%')
  for (const [name, rows] of [
    ['Begun in the last 24 hours', 24],
    ['Begun in the last 30 days', 30],
  ] as const) {
    const card = page.getByRole('region', { name })
    await expect(card.locator('svg .recharts-bar-rectangle').last()).toBeVisible()
    await card.getByText('as a table').click()
    await expect(card.getByRole('rowheader')).toHaveCount(rows)
    await expect(card.getByRole('row').last()).toContainText(/[1-9]/)
  }
})
test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('sessions are found, looked at, and ended', async ({ page, database }) => {
    const network = ownNetwork()
    const seeded = await seedSessions(
      database.url,
      Array.from({ length: 30 }, (_, i) => ({ ip: `${network}${i}`, beganAgo: i, data: { token: 'hunter2' } })),
    )
    await page.goto(admin)
    await page.getByLabel('Search').fill(network)
    await press(page, 'Search')
    await page.getByRole('link', { name: 'Older', exact: true }).click()
    await expect.poll(() => ids(page)).toEqual(seeded.slice(25))
    const [last = ''] = seeded.slice(-1)
    await page.getByTitle(last).click()
    await page.getByRole('link', { name: 'Show it' }).click()
    await expect(page.getByText('"hunter2"')).toBeVisible()
    await page.getByRole('link', { name: '← All sessions' }).click()
    await row(page, last).getByRole('checkbox').check()
    await press(page, 'End selected…')
    await press(page, 'End it')
    await said(page, 'Ended 1 session.')
    await expect.poll(() => ids(page)).toEqual(seeded.slice(25, -1))
  })

  test('what has expired is cleared with a button to go on', async ({ page, database }) => {
    await seedSessions(
      database.url,
      Array.from({ length: 1500 }, () => ({ expiresIn: -60 })),
    )
    await page.goto(`${admin}?confirm=expired`)
    await holdASlice(page, database, 'Clear them')
    await expect(page.getByRole('status').filter({ hasText: /^1,000 of about 1,5\d\d$/ })).toBeVisible()
    await press(page, 'Go on')
    await said(page, /^Cleared 1,5\d\d sessions that had expired\.$/)
  })

  test('the figures are there as numbers', async ({ page }) => {
    await page.goto(`${admin}?view=figures`)
    await page.getByText('as a table').first().click()
    await expect(page.getByRole('rowheader', { name: '12:00' })).toBeVisible()
  })
})

/** Goes on with the tabulator until `target` has the focus; fails where it never gets there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const hasFocus = () => target.evaluate((node) => node === document.activeElement)
  await expect(target).toBeVisible()
  for (let steps = 0; steps < 20 && !(await hasFocus()); steps++) await page.keyboard.press('Tab')
  await expect(target).toBeFocused()
}
