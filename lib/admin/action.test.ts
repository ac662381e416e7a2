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

/** A browser with a session of this user, or an anonymous one; and the session's id. */
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

/** What a form of the admin sends: the fields that all have, and those of one question. */
function formOf(fields: Readonly<Record<string, string | readonly string[]>>): FormData {
  const form = new FormData()
  const given = { path: '/admin', back: '?status=active', confirmed: 'yes', ...fields }
  for (const [name, value] of Object.entries(given)) for (const each of [value].flat()) form.append(name, each)
  return form
}

/** What the action answers: a state, or where it redirects to. */
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

describe('the action of the admin', () => {
  it('does nothing for whom authorize does not let in, whatever is posted', async () => {
    const { id } = await aBrowser('ada')
    allowed = false
    for (const intent of ['end', 'user', 'others', 'expired', 'acknowledge', 'x']) {
      const answer = await post(admin.browser, { intent, ids: [id], of: 'ada', confirmed: ['yes', 'own'] })
      expect(answer).toEqual({ problem: 'FORBIDDEN', progress: null })
    }
    expect(await remaining()).toEqual(new Set([id, admin.id]))
  })

  it('lets authorize send strangers away', async () => {
    const { id, browser } = await aBrowser()
    const strict = createAdminAction(sessions, { authorize: async () => Boolean(await sessions.requireUser()) })
    const form = formOf({ intent: 'end', ids: [id] })
    await expect(browser.visit(() => strict(null, form), { context: 'action' })).rejects.toThrow('Redirected to /login')
    expect(await remaining()).toContain(id)
  })

  it('lets authorize say where one goes who has ended the own session', async () => {
    const strict = createAdminAction(sessions, { authorize: async () => Boolean(await sessions.requireUser()) })
    const form = formOf({ intent: 'end', ids: [admin.id], confirmed: 'own' })
    await expect(admin.browser.visit(() => strict(null, form), { context: 'action' })).rejects.toThrow('Redirected to /login')
    expect(await remaining()).toEqual(new Set())
  })

  it('asks for what was not confirmed, and changes nothing', async () => {
    const { id } = await aBrowser('ada')
    expect(await post(admin.browser, { intent: 'end', ids: [id], confirmed: '' })).toBe(
      `Redirected to /admin?confirm=end&status=active&ids=${id}`,
    )
    expect(await post(admin.browser, { intent: 'user', of: 'ada', confirmed: 'maybe' })).toContain('confirm=user')
    expect(await post(admin.browser, { intent: 'others', confirmed: [] })).toContain('confirm=others')
    expect(await remaining()).toEqual(new Set([id, admin.id]))
  })

  it('ends the chosen sessions, says how many, and who did it', async () => {
    const [{ id }, second, { id: third }] = [await aBrowser('ada'), await aBrowser(), await aBrowser()]
    expect(await post(admin.browser, { intent: 'end', ids: [id, second.id, 'x'] })).toBe('Redirected to /admin?status=active')
    expect(await remaining()).toEqual(new Set([third, admin.id]))
    expect(await flashesOf(admin.browser)).toEqual([['notice', 'Ended 2 sessions.']])
    const ended = expect.arrayContaining([
      { id, userId: 'ada' },
      { id: second.id, userId: null },
    ])
    expect(events.filter(({ type }) => type === 'revoked')).toEqual([{ type: 'revoked', sessions: ended, by: 'root' }])
  })

  it('ends the own session only when that was asked about by itself, and then its cookie goes, too', async () => {
    const { id } = await aBrowser('ada')
    const both = [id, admin.id]
    expect(await post(admin.browser, { intent: 'end', ids: both })).toContain('confirm=end')
    expect(await remaining()).toEqual(new Set([id, admin.id]))
    expect(await post(admin.browser, { intent: 'end', ids: both, confirmed: 'own' })).toBe('Redirected to /admin?status=active')
    expect([await remaining(), admin.browser.cookies]).toEqual([new Set(), {}])
  })

  it("ends all of a user's sessions, and of the acting user's all but the one they act in", async () => {
    const [{ id }, own] = [await aBrowser(), await aBrowser('root')]
    await aBrowser('ada')
    await aBrowser('ada')
    await post(admin.browser, { intent: 'user', of: 'ada' })
    expect(await remaining()).toEqual(new Set([own.id, id, admin.id]))
    await post(admin.browser, { intent: 'user', of: 'root' })
    expect(await remaining()).toEqual(new Set([id, admin.id]))
    expect(events.flatMap((event) => ('by' in event ? event.by : []))).toEqual(['root', 'root'])
  })

  it('ends everybody else, the expired included', async () => {
    await aBrowser('ada')
    clock += maxAgeMs - 10
    await admin.browser.visit(async () => (await sessions.getSession()).set('a', 1))
    await aBrowser()
    clock += 100
    await post(admin.browser, { intent: 'others' })
    expect(await remaining()).toEqual(new Set([admin.id]))
    expect(await flashesOf(admin.browser)).toEqual([['notice', 'Ended 2 sessions.']])
  })

  it('goes on where the last post stopped: what began since stays', async () => {
    for (const userId of ['ada', 'bob', 'eve']) await aBrowser(userId)
    const [newest, second, ...older] = await sessions.list()
    await post(admin.browser, { intent: 'others', done: '7', from: second?.id ?? '' })
    expect(await remaining()).toEqual(new Set([newest?.id, second?.id, admin.id]))
    const count = 7 + older.filter(({ id }) => id !== admin.id).length
    expect(await flashesOf(admin.browser)).toEqual([['notice', `Ended ${count} sessions.`]])
  })

  it('clears what has expired, and nothing else', async () => {
    await aBrowser('ada')
    await aBrowser()
    clock += maxAgeMs - 10
    await admin.browser.visit(async () => (await sessions.getSession()).set('a', 1))
    clock += 100
    await post(admin.browser, { intent: 'expired', done: 'x', from: '5' })
    expect(await remaining()).toEqual(new Set([admin.id]))
    expect(events.at(-1)).toEqual({ type: 'expired', count: 2, by: 'root' })
    expect(await flashesOf(admin.browser)).toEqual([['notice', 'Cleared 2 sessions that had expired.']])
  })

  it('removes flashes that have been shown, and renders nothing anew for that', async () => {
    await post(admin.browser, { intent: 'user', of: 'nobody' })
    const flashes = await admin.browser.visit(async () => (await sessions.getSession()).flashes().map(({ id }) => id))
    expect(flashes).toHaveLength(1)
    expect(await post(admin.browser, { intent: 'acknowledge', flashes })).toEqual({ problem: null, progress: null })
    expect(await flashesOf(admin.browser)).toEqual([])
  })

  it('takes whatever is posted for nothing that is to be done', async () => {
    for (const form of [null, undefined, 'x', {}, [], new FormData()]) {
      const answer = await admin.browser.visit(() => action(null, form as FormData), { context: 'action' })
      expect(answer).toEqual({ problem: null, progress: null })
    }
    expect(await post(admin.browser, { intent: 'end', ids: ['__proto__'], path: '//evil.example', back: 'confirm=others&x' })).toBe(
      'Redirected to /?confirm=others',
    )
    expect(await remaining()).toEqual(new Set([admin.id]))
  })

  it('tells that the store failed', async () => {
    const { id } = await aBrowser()
    store.remove = async () => {
      throw new Error('Down.')
    }
    const failed = { intent: 'end', ids: [id] }
    expect(await post(admin.browser, { ...failed, script: 'yes' })).toEqual({ problem: 'STORE_FAILED', progress: null })
    // Without a script only the URL can tell.
    expect(await post(admin.browser, failed)).toBe(`Redirected to /admin?confirm=end&status=active&problem=STORE_FAILED&ids=${id}`)
  })
})
