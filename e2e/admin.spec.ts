import type { Locator, Page } from 'playwright/test'
import { admin, currentRow, expectHeading, expectMessage, holdFirstSlice, ids, row, uniqueNetwork } from './admin-page'
import { becomeUser, expect, testOnPostgres as test } from './fixtures'
import { hydrated, logIn, press } from './flows'
import { seedSessions } from './seed'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

test.beforeEach(async ({ visitor, context }) => becomeUser(visitor, context, 'admin'))

test('the list shows the user, IP address, device, times and data size of a session', async ({ page, database }) => {
  const ip = `${uniqueNetwork()}1`
  const userId = crypto.randomUUID()
  const [id = ''] = await seedSessions(database.url, [
    { userId, ip, userAgent: firefox, data: { a: 'x'.repeat(1500) }, beganAgo: 7200, seenAgo: 600, expiresIn: 3 * 86_400 },
  ])
  await page.goto(`${admin}?search=${ip}`)
  const cells = ['10 minutes ago', 'Firefox on Linux', 'in 3 days', ip, '1.5 kB', `${userId.slice(0, 8)}…${userId.slice(-4)}`]
  for (const text of cells) await expect(row(page, id)).toContainText(text)
  await expect(row(page, id).getByTitle(userId).filter({ visible: true })).toBeVisible()
  const created = row(page, id).locator('time').filter({ visible: true, hasText: '2 hours ago' })
  await expect(created).toHaveAttribute('title', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/)
  await page.goto(admin)
  await expect(currentRow(page)).toHaveCount(1)
})

test('the list can be sorted by creation or last use, filtered by status, and searched by user, id and IP address', async ({
  page,
  database,
}) => {
  const network = uniqueNetwork()
  const userId = crypto.randomUUID()
  const [oldest = '', newest = '', expired = ''] = await seedSessions(database.url, [
    { ip: `${network}1`, userId, beganAgo: 500, seenAgo: 1 },
    { ip: `${network}2`, beganAgo: 400, seenAgo: 300 },
    { ip: `${network}3`, beganAgo: 600, seenAgo: 600, expiresIn: -1 },
  ])
  await page.goto(admin)
  await page.getByLabel('Search').fill(network)
  await press(page, 'Search')
  await expect.poll(() => ids(page)).toEqual([newest, oldest, expired])
  await page.getByRole('link', { name: 'Last seen' }).click()
  await expect(page.getByRole('columnheader', { name: 'Last seen' })).toHaveAttribute('aria-sort', 'descending')
  await expect.poll(() => ids(page)).toEqual([oldest, newest, expired])
  const found = {
    Active: [oldest, newest],
    'Signed in': [oldest],
    Anonymous: [newest],
    Expired: [expired],
    All: [oldest, newest, expired],
  }
  for (const [filter, expected] of Object.entries(found)) {
    await page.getByRole('navigation', { name: 'Filter' }).getByRole('link', { name: filter }).click()
    await expect.poll(() => ids(page), filter).toEqual(expected)
  }
  for (const [text, expected] of [
    [userId.slice(0, 20), oldest],
    [newest, newest],
    [`${network}3`, expired],
  ] as const) {
    await page.getByLabel('Search').fill(text)
    await press(page, 'Search')
    await expect.poll(() => ids(page), text).toEqual([expected])
  }
})

for (const sort of ['created', 'lastSeen']) {
  const tag = sort === 'lastSeen' ? '@long' : []
  test(`paging works in both directions with one query per page, sorted by ${sort}`, { tag }, async ({ page, database }) => {
    const network = uniqueNetwork()
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

test('every query shows a page with status 200', async ({ visitor }) => {
  const id = crypto.randomUUID()
  const titles = {
    'id=x': 'Session not found',
    [`id=${id}`]: 'Session not found',
    'status=dead&sort=%00&after=x&before=%ff&view=nothing': 'Sessions',
    [`sort=lastSeen&after=${id}.99999999999999999&search=%F0%9F%9A%80%00'%25`]: 'Sessions',
    'user=nobody&user=%00': 'Sessions',
    'confirm=selected': 'No sessions selected',
    [`confirm=selected&ids=${id}&ids=x`]: 'Nothing to revoke',
    'confirm=user&targetUser=nobody': 'Nothing to revoke',
    'confirm=everything&ids[]=1&__proto__=x': 'Sessions',
  }
  for (const [query, title] of Object.entries(titles)) {
    const { status, text } = await visitor.get(`${admin}?${query}`)
    expect([status, /<h1[^>]*>([^<]*)/.exec(text)?.[1]], query).toEqual([200, title])
  }
})

test('a session is shown with all its data, but values that look like secrets are only sent on request', async ({
  page,
  database,
}) => {
  const userId = crypto.randomUUID()
  const secret = `hunter-${userId}`
  const data = { profile: { name: 'Ada', apiToken: secret }, cart: ['scarf'] }
  const [id = '', other = ''] = await seedSessions(database.url, [{ userId, data, beganAgo: 60, userAgent: firefox }, { userId }])
  await page.goto(`${admin}?id=${id}`)
  await expectHeading(page, `Session ${id.slice(0, 8)}…${id.slice(-4)}`)
  const region = (name: string) => page.getByRole('region', { name })
  for (const text of [id, userId, firefox]) await expect(region('Details')).toContainText(text)
  for (const text of ['Created', 'Logged in', 'Last seen', 'Expires']) await expect(region('Timeline')).toContainText(text)
  await expect(region('Data')).toContainText('name: "Ada"')
  await expect(region('Data')).toContainText('apiToken: ••••••')
  await expect(region('All sessions of this user').getByRole('listitem')).toHaveCount(2)
  expect(await (await page.request.get(`${admin}?id=${id}`)).text()).not.toContain(secret)
  await page.getByRole('link', { name: 'Show secrets' }).click()
  await expect(region('Data')).toContainText(secret)
  await page.getByRole('link', { name: 'Hide secrets' }).click()
  await expect(region('Data')).toContainText('apiToken: ••••••')
  await region('All sessions of this user')
    .getByRole('link', { name: other.slice(-4) })
    .click()
  await expectHeading(page, new RegExp(other.slice(-4)))
})

test('the selected sessions are revoked after a confirmation, and the list keeps its search', async ({ page, database }) => {
  const network = uniqueNetwork()
  const [first = '', second = '', third = ''] = await seedSessions(database.url, [
    { ip: `${network}1` },
    { ip: `${network}2`, beganAgo: 5 },
    { ip: `${network}3`, beganAgo: 9 },
  ])
  await page.goto(`${admin}?search=${network}`)
  for (const id of [first, third]) await row(page, id).getByRole('checkbox').check()
  await press(page, 'Revoke selected…')
  await expectHeading(page, 'Revoke 2 sessions?')
  await page.getByRole('link', { name: 'Cancel' }).click()
  await expect.poll(() => ids(page)).toEqual([first, second, third])
  await hydrated(page)
  await page.getByLabel('Select all').check()
  await row(page, second).getByRole('checkbox').uncheck()
  await press(page, 'Revoke selected…')
  await press(page, 'Revoke sessions')
  await expectMessage(page, 'Revoked 2 sessions.')
  await expect.poll(() => ids(page)).toEqual([second])
  await expect(page).toHaveURL(new RegExp(`search=${network}`))
})

test('all sessions of a user can be revoked from the page of one of them', async ({ page, database }) => {
  const network = uniqueNetwork()
  const userId = crypto.randomUUID()
  const seeded = await seedSessions(database.url, [
    { userId, ip: `${network}1` },
    { userId, ip: `${network}2`, expiresIn: -5 },
    { ip: `${network}3`, beganAgo: 5 },
  ])
  await page.goto(`${admin}?search=${network}&id=${seeded[0]}`)
  await page.getByRole('link', { name: `Revoke all sessions of ${userId}…` }).click()
  await expectHeading(page, `Revoke all sessions of ${userId}?`)
  await press(page, 'Revoke all')
  await expectMessage(page, 'Revoked 2 sessions.')
  await expect.poll(() => ids(page)).toEqual([seeded[2]])
})

test('all sessions except the current one can be revoked', async ({ page, database, openBrowser }) => {
  const other = await openBrowser()
  await other.goto('/login')
  await logIn(other, 'demo')
  await expect(other.getByRole('heading', { name: 'Hello demo' })).toBeVisible()
  await seedSessions(database.url, [{}, { expiresIn: -5 }])
  await page.goto(admin)
  await page.getByRole('link', { name: 'Revoke all other sessions…' }).click()
  await press(page, 'Revoke all other sessions')
  await expectMessage(page, /^Revoked \d+ sessions\.$/)
  await expect.poll(() => ids(page)).toHaveLength(1)
  await expect(currentRow(page)).toHaveCount(1)
  await other.reload()
  await expect(other).toHaveURL(/\/login\?next=%2Faccount$/)
})

test('deleting many expired sessions shows the progress and continues by itself', async ({ page, database }) => {
  await seedSessions(
    database.url,
    Array.from({ length: 1500 }, () => ({ expiresIn: -60 })),
  )
  await page.goto(admin)
  await page.getByRole('link', { name: 'Delete expired…' }).click()
  await expectHeading(page, 'Delete expired sessions?')
  await holdFirstSlice(page, database, 'Delete expired sessions')
  const rest = database.hold(/delete from "sessions"/)
  await rest.caught
  await expect(page.getByRole('status').filter({ hasText: /^1,000 of about 1,5\d\d$/ })).toBeVisible()
  await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', /^6\d$/)
  rest.release()
  await expectMessage(page, /^Deleted 1,5\d\d expired sessions\.$/)
  await page.goto(`${admin}?status=expired`)
  await expect(page.getByText('No sessions found.')).toBeVisible()
})

test('a long operation that fails reports it, and continues only when the button is pressed', async ({ page, database }) => {
  await seedSessions(
    database.url,
    Array.from({ length: 1500 }, () => ({ expiresIn: -60 })),
  )
  await page.goto(`${admin}?confirm=expired`)
  await hydrated(page)
  await holdFirstSlice(page, database, 'Delete expired sessions')
  const rest = database.hold(/delete from "sessions"/)
  await expect(page.getByRole('main').getByRole('alert')).toContainText('The session store failed.')
  const deletes = () => database.statements.filter((text) => /delete from "sessions"/.test(text)).length
  const before = deletes()
  rest.release()
  await expect(page.getByRole('button', { name: 'Continue' })).toBeEnabled()
  expect(deletes()).toBe(before)
  await press(page, 'Continue')
  await expectMessage(page, /^Deleted 1,\d{3} expired sessions\.$/)
})

test('a session can be selected and revoked with the keyboard', async ({ page, database }) => {
  const ip = `${uniqueNetwork()}1`
  const [id = ''] = await seedSessions(database.url, [{ ip }])
  await page.goto(`${admin}?search=${ip}`)
  await hydrated(page)
  await page.getByLabel('Search').focus()
  const box = row(page, id).getByRole('checkbox')
  await tabTo(page, box)
  await page.keyboard.press('Space')
  await expect(box).toBeChecked()
  await tabTo(page, page.getByRole('button', { name: 'Revoke selected…' }))
  await page.keyboard.press('Enter')
  await expectHeading(page, 'Revoke this session?')
  await tabTo(page, page.getByRole('button', { name: 'Revoke session' }))
  await page.keyboard.press('Enter')
  await expectMessage(page, 'Revoked 1 session.')
})

test('the current session has a badge, and revoking it takes two confirmations and logs out', async ({ page, context }) => {
  await page.goto(admin)
  await currentRow(page)
    .getByRole('link', { name: /^Revoke session/ })
    .click()
  await expectHeading(page, 'Revoke this session?')
  await expect(page.getByRole('button', { name: /^Revoke/ })).toHaveCount(0)
  await page.getByRole('link', { name: 'Revoke it anyway…' }).click()
  await expect(page.getByText('This logs you out immediately.')).toBeVisible()
  await press(page, 'Revoke and log out')
  await expect(page).toHaveURL(/\/login\?next=%2Fadmin%2Fsessions$/)
  expect(await context.cookies()).toEqual([])
})

test('the statistics are shown as charts and as tables', async ({ page, database }) => {
  await seedSessions(database.url, [{ userAgent: firefox }, { userAgent: firefox, expiresIn: -9 }])
  await page.goto(admin)
  await page.getByRole('link', { name: 'Statistics' }).click()
  await expect(page).toHaveURL(/view=statistics/)
  for (const total of ['Active', 'Signed in', 'Anonymous', 'Expired'])
    await expect(page.getByText(total, { exact: true })).toBeVisible()
  await expect(page.getByRole('row', { name: 'Firefox' })).toContainText('%')
  for (const [name, rows] of [
    ['Started in the last 24 hours', 24],
    ['Started in the last 30 days', 30],
  ] as const) {
    const card = page.getByRole('region', { name })
    await expect(card.locator('svg .recharts-bar-rectangle').last()).toBeVisible()
    await card.getByText('Show as table').click()
    await expect(card.getByRole('rowheader')).toHaveCount(rows)
    await expect(card.getByRole('row').last()).toContainText(/[1-9]/)
  }
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('sessions can be searched, viewed and revoked without JavaScript', async ({ page, database }) => {
    const network = uniqueNetwork()
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
    await page.getByRole('link', { name: 'Show secrets' }).click()
    await expect(page.getByText('"hunter2"')).toBeVisible()
    await page.getByRole('link', { name: '← All sessions' }).click()
    await row(page, last).getByRole('checkbox').check()
    await press(page, 'Revoke selected…')
    await press(page, 'Revoke session')
    await expectMessage(page, 'Revoked 1 session.')
    await expect.poll(() => ids(page)).toEqual(seeded.slice(25, -1))
  })

  test('expired sessions are deleted without JavaScript in several posts', async ({ page, database }) => {
    await seedSessions(
      database.url,
      Array.from({ length: 1500 }, () => ({ expiresIn: -60 })),
    )
    await page.goto(`${admin}?confirm=expired`)
    await holdFirstSlice(page, database, 'Delete expired sessions')
    await expect(page.getByRole('status').filter({ hasText: /^1,000 of about 1,5\d\d$/ })).toBeVisible()
    await press(page, 'Continue')
    await expectMessage(page, /^Deleted 1,5\d\d expired sessions\.$/)
  })

  test('the statistics are readable as tables without JavaScript', async ({ page }) => {
    await page.goto(`${admin}?view=statistics`)
    await page.getByText('Show as table').first().click()
    await expect(page.getByRole('rowheader', { name: '12:00' })).toBeVisible()
  })
})

/** Presses Tab until `target` has the focus. Fails after 20 steps. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const hasFocus = () => target.evaluate((node) => node === document.activeElement)
  await expect(target).toBeVisible()
  for (let steps = 0; steps < 20 && !(await hasFocus()); steps++) await page.keyboard.press('Tab')
  await expect(target).toBeFocused()
}
