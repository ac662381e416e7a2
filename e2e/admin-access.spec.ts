import { admin } from './admin-page'
import { becomeUser, expect, testOnPostgres as test } from './fixtures'
import { seedSessions } from './seed'
import { Visitor } from './visitor'

const marker = 'a-value-of-a-session'

/** Seeds a session that no other test uses. Returns the session and the queries of its confirmation pages. */
async function aTarget(url: string) {
  const userId = crypto.randomUUID()
  const [id = ''] = await seedSessions(url, [{ userId, userAgent: `${marker}/1`, data: { marker } }])
  return {
    id,
    userId,
    questions: [`confirm=selected&ids=${id}`, `confirm=user&targetUser=${userId}`, 'confirm=others', 'confirm=expired'],
  }
}

/** Returns a logged-in client of the server. */
async function aUser(url: string, username: 'demo' | 'admin') {
  const visitor = new Visitor(url)
  expect((await visitor.post('/api/login', { username, password: username })).status).toBe(200)
  return visitor
}

/** Returns the fields of the form on a confirmation page, as the admin's browser receives them. */
async function formOf(visitor: Visitor, question: string): Promise<[string, string][]> {
  const { text } = await visitor.get(`${admin}?${question}`)
  const inputs = [...text.matchAll(/<input type="hidden" ([^>]*)>/g)].map(([, attributes = '']) => {
    const value = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1] ?? ''
    return [value('name'), value('value').replaceAll('&quot;', '"').replaceAll('&amp;', '&')] as [string, string]
  })
  const start = inputs.findLastIndex(([name]) => name.startsWith('$ACTION_REF'))
  expect(start, 'a form of the admin page').toBeGreaterThanOrEqual(0)
  return inputs.slice(start)
}

/** Posts a form like a browser without JavaScript. */
async function postForm({ url }: { url: string }, cookie: string, fields: readonly (readonly [string, string])[]) {
  const body = new FormData()
  for (const [name, value] of fields) body.append(name, value)
  return fetch(url + admin, { method: 'POST', headers: { cookie, origin: url }, body, redirect: 'manual' })
}

/** Calls the same action like Next's router. */
async function callAction({ url }: { url: string }, cookie: string, fields: readonly (readonly [string, string])[]) {
  const ownFields = fields.filter(([name]) => !name.startsWith('$'))
  const body = new FormData()
  for (const [name, value] of ownFields) body.append(`_1_${name}`, value)
  body.append('0', '[null,"$K1"]')
  const { id } = JSON.parse(fields.find(([name]) => /^\$ACTION_\d+:0$/.test(name))?.[1] ?? '')
  return fetch(url + admin, { method: 'POST', headers: { cookie, origin: url, 'next-action': id }, body, redirect: 'manual' })
}

/** Fetches a path and follows the redirect by which Next adds its `_rsc` parameter to requests of the router. */
async function fetchFollowing(visitor: Visitor, path: string, headers: Record<string, string>) {
  const response = await visitor.get(path, headers)
  const to = response.headers.get('location')
  return to?.includes('_rsc') ? visitor.get(to.replace(/^https?:\/\/[^/]+/, ''), headers) : response
}

test('a user who is not an admin receives no part of the admin page, for any query and any kind of request', async ({
  page,
  context,
  visitor,
  app,
  database,
}) => {
  const { id, userId, questions } = await aTarget(database.url)
  const [, reference] = (await formOf(await aUser(app.url, 'admin'), 'confirm=others')).find(([name]) => /:0$/.test(name)) ?? []
  const actionId = JSON.parse(reference ?? '').id as string
  await becomeUser(visitor, context, 'demo')
  await page.goto(admin)
  await expect(page.getByText('This page is for admins only.')).toBeVisible()
  for (const query of ['', `id=${id}&reveal=yes`, 'view=statistics', `search=${userId}`, ...questions]) {
    for (const headers of [{}, { rsc: '1' }, { rsc: '1', 'next-router-prefetch': '1' }]) {
      const { text } = await fetchFollowing(visitor, `${admin}?${query}`, headers)
      if (!('next-router-prefetch' in headers)) expect(text).toContain('This page is for admins only.')
      for (const part of [marker, actionId, 'Revoke…', 'Timeline', 'Started in', 'Delete expired'])
        expect(text, query).not.toContain(part)
    }
  }
})

test('a form of the admin page changes nothing if an anonymous visitor or a plain user posts it, with or without JavaScript', async ({
  app,
  database,
}) => {
  const root = await aUser(app.url, 'admin')
  const { id, questions } = await aTarget(database.url)
  const [expired = ''] = await seedSessions(database.url, [{ expiresIn: -60 }])
  const others = { anonymous: '', user: (await aUser(app.url, 'demo')).cookie }
  for (const question of questions) {
    const fields = await formOf(root, question)
    for (const [who, cookie] of Object.entries(others)) {
      for (const send of [postForm, callAction]) {
        const text = await (await send(app, cookie, fields)).text()
        for (const part of [marker, /Revoked \d/, /Deleted \d/]) expect(text, `${who}, ${question}`).not.toMatch(part)
      }
    }
  }
  for (const remaining of [id, expired]) expect((await root.get(`${admin}?id=${remaining}`)).text).toContain('Timeline')
})

test('a post without the confirmation leads to the confirmation page and changes nothing', async ({ app, database }) => {
  const root = await aUser(app.url, 'admin')
  const { id, questions } = await aTarget(database.url)
  for (const question of questions) {
    const fields = (await formOf(root, question)).filter(([name]) => name !== 'confirmed')
    for (const send of [postForm, callAction]) {
      const { headers } = await send(app, root.cookie, fields)
      const target = headers.get('location') ?? headers.get('x-action-redirect') ?? ''
      expect(target, question).toContain(question.replace(/&.*/, ''))
    }
  }
  expect((await root.get(`${admin}?id=${id}`)).text).toContain('Timeline')
})

test("an admin's current session is not revoked with others without a second confirmation", async ({ app, database }) => {
  const root = await aUser(app.url, 'admin')
  const { id } = await aTarget(database.url)
  const current = ((await root.get('/api/session')).json as { id: string }).id
  const fields = await formOf(root, `confirm=selected&ids=${id}`)
  const { headers } = await postForm(app, root.cookie, [...fields, ['ids', current]])
  expect(headers.get('location')).toContain('confirm=selected')
  for (const remaining of [id, current]) expect((await root.get(`${admin}?id=${remaining}`)).text).toContain('Timeline')
})

test('an anonymous visitor is redirected to the login page, and back after the login', async ({ visitor }) => {
  const { status, headers } = await visitor.get(`${admin}?view=statistics`)
  expect([status, headers.get('location')]).toEqual([307, expect.stringContaining('next=%2Fadmin%2Fsessions%3Fview%3Dstatistics')])
})
