import { createSessions, type SessionEvent } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser.ts'
import { createAdminAction } from './action.ts'

const maxAgeMs = 14 * 86_400_000
let clock = 0
let allowed = true
let events: SessionEvent[] = []
function setUp() {
  const store = memoryStore({ now: () => clock })
  const sessions = createSessions<{ a: number }>({
    secret: 'a secret for tests, 32 characters',
    store,
    autoClear: false,
    onEvent: (event) => void events.push(event),
  })
  return { store, sessions, action: createAdminAction(sessions, { authorize: async () => allowed }) }
}
let { store, sessions, action } = setUp()

/**
 * Creates a browser with a session of this user, or with an anonymous session. Returns the browser and the session's
 * id.
 */
async function aBrowser(userId?: string) {
  clock += 1
  const browser = new FakeBrowser()
  const id = await browser.visit(async () => {
    const session = await sessions.getSession()
    await (userId ? session.login(userId) : session.set('a', 1))
    return session.id ?? ''
  })
  return { browser, id }
}

/** Creates the form that the page posts: the common fields, and the given fields of one operation. */
function formOf(fields: Readonly<Record<string, string | readonly string[]>>): FormData {
  const form = new FormData()
  const all = { path: '/admin', back: '?status=active', confirmed: 'yes', ...fields }
  for (const [name, value] of Object.entries(all)) for (const each of [value].flat()) form.append(name, each)
  return form
}

/** Posts a form. Returns the state, or the message of the redirect. */
async function post(browser: FakeBrowser, fields: Parameters<typeof formOf>[0]) {
  return browser.visit(
    async () => {
      try {
        return await action(null, formOf(fields))
      } catch (error) {
        return error instanceof Error ? error.message : error
      }
    },
    { context: 'action' },
  )
}

const remaining = async () => new Set((await sessions.list()).map(({ id }) => id))
const flashesOf = (browser: FakeBrowser) =>
  browser.visit(async () => (await sessions.getSession()).flashes().map(({ key, value }) => [key, value]))

let admin: Awaited<ReturnType<typeof aBrowser>>
beforeEach(async () => {
  clock = 1_700_000_000_000
  allowed = true
  ;({ store, sessions, action } = setUp())
  admin = await aBrowser('root')
  events = []
})

describe('the admin action', () => {
  it('the action changes nothing if authorize does not return true, for any form', async () => {
    const { id } = await aBrowser('ada')
    allowed = false
    for (const operation of ['selected', 'user', 'others', 'expired', 'acknowledge', 'x']) {
      const state = await post(admin.browser, { operation, ids: [id], targetUser: 'ada', confirmed: ['yes', 'current'] })
      expect(state).toEqual({ problem: 'FORBIDDEN', progress: null })
    }
    expect(await remaining()).toEqual(new Set([id, admin.id]))
  })

  it('authorize can redirect anonymous visitors', async () => {
    const { id, browser } = await aBrowser()
    const strict = createAdminAction(sessions, { authorize: async () => Boolean(await sessions.requireUser()) })
    const form = formOf({ operation: 'selected', ids: [id] })
    await expect(browser.visit(() => strict(null, form), { context: 'action' })).rejects.toThrow('Redirected to /login')
    expect(await remaining()).toContain(id)
  })

  it('authorize can redirect after the current session was revoked', async () => {
    const strict = createAdminAction(sessions, { authorize: async () => Boolean(await sessions.requireUser()) })
    const form = formOf({ operation: 'selected', ids: [admin.id], confirmed: 'current' })
    await expect(admin.browser.visit(() => strict(null, form), { context: 'action' })).rejects.toThrow('Redirected to /login')
    expect(await remaining()).toEqual(new Set())
  })

  it('the action asks for a missing confirmation and changes nothing', async () => {
    const { id } = await aBrowser('ada')
    expect(await post(admin.browser, { operation: 'selected', ids: [id], confirmed: '' })).toBe(
      `Redirected to /admin?confirm=selected&status=active&ids=${id}`,
    )
    expect(await post(admin.browser, { operation: 'user', targetUser: 'ada', confirmed: 'maybe' })).toContain('confirm=user')
    expect(await post(admin.browser, { operation: 'others', confirmed: [] })).toContain('confirm=others')
    expect(await remaining()).toEqual(new Set([id, admin.id]))
  })

  it('the action revokes the selected sessions, a flash contains their number, and an event names the acting user', async () => {
    const [{ id }, second, { id: third }] = [await aBrowser('ada'), await aBrowser(), await aBrowser()]
    expect(await post(admin.browser, { operation: 'selected', ids: [id, second.id, 'x'] })).toBe(
      'Redirected to /admin?status=active',
    )
    expect(await remaining()).toEqual(new Set([third, admin.id]))
    expect(await flashesOf(admin.browser)).toEqual([['notice', 'Revoked 2 sessions.']])
    const revoked = expect.arrayContaining([
      { id, userId: 'ada' },
      { id: second.id, userId: null },
    ])
    expect(events.filter(({ type }) => type === 'revoked')).toEqual([{ type: 'revoked', sessions: revoked, by: 'root' }])
  })

  it('the action revokes the current session only after a second confirmation, and then deletes its cookie', async () => {
    const { id } = await aBrowser('ada')
    const both = [id, admin.id]
    expect(await post(admin.browser, { operation: 'selected', ids: both })).toContain('confirm=selected')
    expect(await remaining()).toEqual(new Set([id, admin.id]))
    expect(await post(admin.browser, { operation: 'selected', ids: both, confirmed: 'current' })).toBe(
      'Redirected to /admin?status=active',
    )
    expect([await remaining(), admin.browser.cookies]).toEqual([new Set(), {}])
  })

  it("the action revokes all sessions of a user, but keeps the current session if it is the acting user's", async () => {
    const [{ id }, second] = [await aBrowser(), await aBrowser('root')]
    await aBrowser('ada')
    await aBrowser('ada')
    await post(admin.browser, { operation: 'user', targetUser: 'ada' })
    expect(await remaining()).toEqual(new Set([second.id, id, admin.id]))
    await post(admin.browser, { operation: 'user', targetUser: 'root' })
    expect(await remaining()).toEqual(new Set([id, admin.id]))
    expect(events.flatMap((event) => ('by' in event ? event.by : []))).toEqual(['root', 'root'])
  })

  it('the action revokes all other sessions, including expired ones', async () => {
    await aBrowser('ada')
    clock += maxAgeMs - 10
    await admin.browser.visit(async () => (await sessions.getSession()).set('a', 1))
    await aBrowser()
    clock += 100
    await post(admin.browser, { operation: 'others' })
    expect(await remaining()).toEqual(new Set([admin.id]))
    expect(await flashesOf(admin.browser)).toEqual([['notice', 'Revoked 2 sessions.']])
  })

  it('a post continues where the last post stopped, and keeps sessions that were created since', async () => {
    for (const userId of ['ada', 'bob', 'eve']) await aBrowser(userId)
    const [newest, second, ...older] = await sessions.list()
    await post(admin.browser, { operation: 'others', done: '7', from: second?.id ?? '' })
    expect(await remaining()).toEqual(new Set([newest?.id, second?.id, admin.id]))
    const count = 7 + older.filter(({ id }) => id !== admin.id).length
    expect(await flashesOf(admin.browser)).toEqual([['notice', `Revoked ${count} sessions.`]])
  })

  it('the action deletes the expired sessions and no others', async () => {
    await aBrowser('ada')
    await aBrowser()
    clock += maxAgeMs - 10
    await admin.browser.visit(async () => (await sessions.getSession()).set('a', 1))
    clock += 100
    await post(admin.browser, { operation: 'expired', done: 'x', from: '5' })
    expect(await remaining()).toEqual(new Set([admin.id]))
    expect(events.at(-1)).toEqual({ type: 'expired', count: 2, by: 'root' })
    expect(await flashesOf(admin.browser)).toEqual([['notice', 'Deleted 2 expired sessions.']])
  })

  it('the action deletes acknowledged flashes without rendering the page again', async () => {
    await post(admin.browser, { operation: 'user', targetUser: 'unknown' })
    const flashes = await admin.browser.visit(async () => (await sessions.getSession()).flashes().map(({ id }) => id))
    expect(flashes).toHaveLength(1)
    expect(await post(admin.browser, { operation: 'acknowledge', flashes })).toEqual({ problem: null, progress: null })
    expect(await flashesOf(admin.browser)).toEqual([])
  })

  it('the action ignores an invalid form', async () => {
    for (const form of [null, undefined, 'x', {}, [], new FormData()]) {
      const state = await admin.browser.visit(() => action(null, form as FormData), { context: 'action' })
      expect(state).toEqual({ problem: null, progress: null })
    }
    expect(
      await post(admin.browser, { operation: 'selected', ids: ['__proto__'], path: '//evil.example', back: 'confirm=others&x' }),
    ).toBe('Redirected to /?confirm=others')
    expect(await remaining()).toEqual(new Set([admin.id]))
  })

  it('the action reports a failing store in the state, or in the URL without JavaScript', async () => {
    const { id } = await aBrowser()
    store.remove = async () => {
      throw new Error('Down.')
    }
    const failed = { operation: 'selected', ids: [id] }
    expect(await post(admin.browser, { ...failed, script: 'yes' })).toEqual({ problem: 'STORE_FAILED', progress: null })
    expect(await post(admin.browser, failed)).toBe(
      `Redirected to /admin?confirm=selected&status=active&problem=STORE_FAILED&ids=${id}`,
    )
  })
})
