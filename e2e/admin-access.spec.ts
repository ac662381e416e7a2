import { admin, becomeUser } from './admin-page'
import { expect, testOnPostgres as test } from './fixtures'
import { seedSessions } from './seed'
import { Visitor } from './visitor'

const marker = 'a-value-of-a-session'

/** A session that no other test knows, and the questions about it that an admin is asked. */
async function aTarget(url: string) {
  const userId = crypto.randomUUID()
  const [id = ''] = await seedSessions(url, [{ userId, userAgent: `${marker}/1`, data: { marker } }])
  return { id, userId, questions: [`confirm=end&ids=${id}`, `confirm=user&of=${userId}`, 'confirm=others', 'confirm=expired'] }
}

/** A client of the server that is logged in. */
async function aUser(url: string, username: 'demo' | 'admin') {
  const visitor = new Visitor(url)
  expect((await visitor.post('/api/login', { username, password: username })).status).toBe(200)
  return visitor
}

/** The fields of the form that does what a question asks, as the admin's browser has them. */
async function formOf(visitor: Visitor, question: string): Promise<[string, string][]> {
  const { text } = await visitor.get(`${admin}?${question}`)
  const inputs = [...text.matchAll(/<input type="hidden" ([^>]*)>/g)].map(([, attributes = '']) => {
    const value = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1] ?? ''
    return [value('name'), value('value').replaceAll('&quot;', '"').replaceAll('&amp;', '&')] as [string, string]
  })
  const start = inputs.findLastIndex(([name]) => name.startsWith('$ACTION_REF'))
  expect(start, 'a form of the admin').toBeGreaterThanOrEqual(0)
  return inputs.slice(start)
}

/** Posts a form as a browser without JavaScript does. */
async function postForm({ url }: { url: string }, cookie: string, fields: readonly (readonly [string, string])[]) {
  const body = new FormData()
  for (const [name, value] of fields) body.append(name, value)
  return fetch(url + admin, { method: 'POST', headers: { cookie, origin: url }, body, redirect: 'manual' })
}

/** Calls the same action as the router does. */
async function callAction({ url }: { url: string }, cookie: string, fields: readonly (readonly [string, string])[]) {
  const own = fields.filter(([name]) => !name.startsWith('$'))
  const body = new FormData()
  for (const [name, value] of own) body.append(`_1_${name}`, value)
  body.append('0', '[null,"$K1"]')
  const { id } = JSON.parse(fields.find(([name]) => /^\$ACTION_\d+:0$/.test(name))?.[1] ?? '')
  return fetch(url + admin, { method: 'POST', headers: { cookie, origin: url, 'next-action': id }, body, redirect: 'manual' })
}

/** What the router asks for without its check sum, Next sends to the same address with it. */
async function fetchWhole(visitor: Visitor, path: string, headers: Record<string, string>) {
  const answer = await visitor.get(path, headers)
  const to = answer.headers.get('location')
  return to?.includes('_rsc') ? visitor.get(to.replace(/^https?:\/\/[^/]+/, ''), headers) : answer
}

test('who is no admin finds nothing of the admin in the answer, whatever the address and however it is fetched', async ({
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
  for (const query of ['', `id=${id}&reveal=yes`, 'view=figures', `search=${userId}`, ...questions]) {
    for (const headers of [{}, { rsc: '1' }, { rsc: '1', 'next-router-prefetch': '1' }]) {
      const { text } = await fetchWhole(visitor, `${admin}?${query}`, headers)
      if (!('next-router-prefetch' in headers)) expect(text).toContain('This page is for admins only.')
      for (const part of [marker, actionId, 'End…', 'Timeline', 'Begun in', 'Clear']) expect(text, query).not.toContain(part)
    }
  }
})

test('a form of the admin changes nothing in the hands of a stranger or a plain user, by either way of calling it', async ({
  app,
  database,
}) => {
  const root = await aUser(app.url, 'admin')
  const { id, questions } = await aTarget(database.url)
  const [expired = ''] = await seedSessions(database.url, [{ expiresIn: -60 }])
  const others = { stranger: '', user: (await aUser(app.url, 'demo')).cookie }
  for (const question of questions) {
    const fields = await formOf(root, question)
    for (const [who, cookie] of Object.entries(others)) {
      for (const send of [postForm, callAction]) {
        const answer = await (await send(app, cookie, fields)).text()
        for (const part of [marker, 'Ended', 'Cleared']) expect(answer, `${who}, ${question}`).not.toContain(part)
      }
    }
  }
  for (const kept of [id, expired]) expect((await root.get(`${admin}?id=${kept}`)).text).toContain('Timeline')
})

test('an admin who posts without having been asked is asked, and nothing is changed before', async ({ app, database }) => {
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

test("an admin's own session does not end among others unless that was asked about by itself", async ({ app, database }) => {
  const root = await aUser(app.url, 'admin')
  const { id } = await aTarget(database.url)
  const own = ((await root.get('/api/session')).json as { id: string }).id
  const fields = await formOf(root, `confirm=end&ids=${id}`)
  const { headers } = await postForm(app, root.cookie, [...fields, ['ids', own]])
  expect(headers.get('location')).toContain('confirm=end')
  for (const kept of [id, own]) expect((await root.get(`${admin}?id=${kept}`)).text).toContain('Timeline')
})

test('a stranger is sent to the login page, and comes back', async ({ visitor }) => {
  const { status, headers } = await visitor.get(`${admin}?view=figures`)
  expect([status, headers.get('location')]).toEqual([307, expect.stringContaining('next=%2Fadmin%2Fsessions%3Fview%3Dfigures')])
})
