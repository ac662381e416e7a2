import type { CountingProxy } from './counting-proxy'
import { expect, testOnPostgres as test } from './fixtures'
import { entry, follow, press } from './flows'

const read = expect.stringMatching(/^select .* from "sessions"/)
const write = expect.stringMatching(/^update "sessions"/)
const insertion = expect.stringMatching(/^insert into "sessions"/)
const removal = expect.stringMatching(/^delete from "sessions"/)
/** The number of page views. A statement that is sent after its response would appear among those of the next view. */
const views = 10

for (const path of ['/', '/shop', '/login', '/api/session']) {
  test(`an anonymous visitor causes no statement at ${path}`, async ({ visitor, database }) => {
    const statements = await statementsOf(database, async () => {
      for (let view = 0; view < views; view++) expect((await visitor.get(path)).status).toBe(200)
    })
    expect(statements).toEqual([])
  })

  test(`a forged cookie causes no statement at ${path}`, async ({ visitor, database }) => {
    await visitor.patch({ a: 1 })
    visitor.cookie = visitor.cookie.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))
    const statements = await statementsOf(database, async () => {
      for (let view = 0; view < views; view++) expect((await visitor.get(path)).status).toBe(200)
    })
    expect(statements).toEqual([])
  })
}

for (const path of ['/', '/shop', '/login', '/api/session']) {
  test(`a visitor with a session causes one read at ${path}, however often the page uses the session`, async ({
    visitor,
    database,
  }) => {
    await visitor.patch({ a: 1 })
    const statements = await statementsOf(database, async () => {
      for (let view = 0; view < views; view++) expect((await visitor.get(path)).status).toBe(200)
    })
    expect(statements).toEqual(Array.from({ length: views }, () => read))
  })
}

test('a guarded page causes no statement for an anonymous visitor, and one read for a user', async ({ visitor, database }) => {
  expect(await statementsOf(database, () => visitor.get('/account'))).toEqual([])
  await visitor.post('/api/login', { username: 'demo', password: 'demo' })
  const statements = await statementsOf(database, async () => {
    for (let view = 0; view < views; view++) expect((await visitor.get('/account')).status).toBe(200)
  })
  expect(statements).toEqual(Array.from({ length: views }, () => read))
})

test('the first write is one INSERT', async ({ visitor, database }) => {
  expect(await statementsOf(database, () => visitor.patch({ a: 1 }))).toEqual([insertion])
})

test('a write, an increment and the deletion of a key are each one read and one write', async ({ visitor, database }) => {
  await visitor.patch({ a: 1 })
  expect(await statementsOf(database, () => visitor.patch({ b: 2 }))).toEqual([read, write])
  expect(await statementsOf(database, () => visitor.post('/api/session/increment', { key: 'n', by: 1 }))).toEqual([read, write])
  expect(await statementsOf(database, () => visitor.delete('/api/session?key=a'))).toEqual([read, write])
})

test('a rotation, a new expiry and the login of a visitor with a session are each one read and one write', async ({
  visitor,
  database,
}) => {
  await visitor.patch({ a: 1 })
  expect(await statementsOf(database, () => visitor.post('/api/session/cycle'))).toEqual([read, write])
  expect(await statementsOf(database, () => visitor.post('/api/session/expiry', { value: 3600 }))).toEqual([read, write])
  const credentials = { username: 'demo', password: 'demo' }
  expect(await statementsOf(database, () => visitor.post('/api/login', credentials))).toEqual([read, write])
})

test('the login of a visitor without a session is one INSERT', async ({ visitor, database }) => {
  const credentials = { username: 'demo', password: 'demo' }
  expect(await statementsOf(database, () => visitor.post('/api/login', credentials))).toEqual([insertion])
})

test('the login of another user deletes one session and creates another in one statement', async ({ visitor, database }) => {
  await visitor.post('/api/login', { username: 'demo', password: 'demo' })
  const statements = await statementsOf(database, () => visitor.post('/api/login', { username: 'admin', password: 'admin' }))
  expect(statements).toEqual([read, expect.stringMatching(/^with .*delete from "sessions".*insert into "sessions"/)])
})

test('deleting a session is one read and one DELETE', async ({ visitor, database }) => {
  await visitor.patch({ a: 1 })
  expect(await statementsOf(database, () => visitor.delete('/api/session'))).toEqual([read, removal])
  await visitor.patch({ a: 1 })
  expect(await statementsOf(database, () => visitor.post('/api/logout'))).toEqual([read, removal])
})

test('an action that changes nothing writes nothing', async ({ visitor, database }) => {
  await visitor.patch({ a: 1 })
  expect(await statementsOf(database, () => visitor.patch({}))).toEqual([read])
  expect(await statementsOf(database, () => visitor.patch([]))).toEqual([])
})

test('a page that the router loads causes one read, and its prefetches cause none', async ({ page, database }) => {
  await page.goto('/')
  await press(page, 'Add 1')
  await expect(entry(page, 'counter')).toBeVisible()
  const statements = await statementsOf(database, async () => {
    await page.reload()
    await follow(page, /^Shop/, '/shop')
    await expect(page.getByRole('heading', { name: 'Cart' })).toBeVisible()
    await follow(page, 'Session', '/')
    await expect(entry(page, 'counter')).toBeVisible()
  })
  expect(statements).toEqual([read, read, read])
})

test('an action and the page that is rendered after it share one read', async ({ page, database }) => {
  await page.goto('/')
  await press(page, 'Add 1')
  await expect(page.getByTestId('counter')).toHaveText('1')
  const statements = await statementsOf(database, async () => {
    for (const count of ['2', '3']) {
      await press(page, 'Add 1')
      await expect(page.getByTestId('counter')).toHaveText(count)
    }
  })
  expect(statements).toEqual([read, write, read, write])
})

/** Returns the statements on the sessions table that were sent while `act` ran. */
async function statementsOf(database: CountingProxy, act: () => Promise<unknown>): Promise<string[]> {
  const before = database.statements.length
  await act()
  return database.statements.slice(before).filter((statement) => statement.includes('"sessions"'))
}
