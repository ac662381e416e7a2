import { randomUUID } from 'node:crypto'
import { type NextFetchEvent, NextRequest } from 'next/server.js'
import { expect } from 'vitest'
import type { Person, ShopSessions } from './scope'
import { type Cases, codeOf, secret, type Trial, type Visitor } from './trial'

type Guard = (request: NextRequest, event: NextFetchEvent) => Promise<Response>

/** Returns true if the guard that the row creates lets a visitor pass to `path`. */
async function passes(trial: Trial, visitor: Visitor, path: string): Promise<boolean> {
  const guard = (await trial.run({ sessionOptions: { secret } })) as Guard
  const headers = { cookie: `session=${visitor.browser.token}` }
  const response = await guard(new NextRequest(`http://localhost${path}`, { headers }), {} as NextFetchEvent)
  return response.headers.has('x-middleware-next')
}

export const users: Cases = {
  'login(request, user)': async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.holds({ cart: ['scarf'] })
    const oldCookie = visitor.copy()
    await visitor.run()
    const { user } = trial
    expect(await visitor.visit((session) => [session.id, session.userId, session.data])).toEqual([id, user.id, { cart: ['scarf'] }])
    expect([await oldCookie.userId(), await oldCookie.data()]).toEqual([null, {}])
  },

  'login(request, user) when another user is logged in': async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.logsIn()
    await visitor.holds({ cart: ['scarf'] })
    const other = { id: randomUUID() }
    await visitor.run({ other })
    expect(await visitor.visit((session) => [session.id === id, session.userId, session.data])).toEqual([false, other.id, {}])
    expect(await visitor.sessions.get(id)).toBeNull()
  },

  'login(request, user) again': async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.logsIn()
    const before = visitor.copy()
    await visitor.run()
    expect(await visitor.visit((session) => session.id)).toBe(id)
    expect(await before.userId()).toBeNull()
  },

  'logout(request)': async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.logsIn()
    await visitor.run()
    expect([await visitor.sessions.get(id), visitor.browser.cookies]).toEqual([null, {}])

    const secondId = await visitor.logsIn()
    const withOldToken = visitor.copy()
    await visitor.visit((session) => session.cycleKey())
    await withOldToken.run()
    expect(await visitor.sessions.get(secondId)).toBeNull()
  },

  'request.user.is_authenticated': async (trial) => {
    const { user } = trial
    let isDeleted = false
    const load = async () => (isDeleted ? null : user)
    const visitor = trial.visitor({ user: { load, authHash: ({ passwordHash }) => passwordHash } })
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toBe(false)
    await visitor.logsIn()
    expect(await visitor.run()).toBe(true)
    user.passwordHash = 'another hash'
    const isLoggedIn = () => visitor.visit((session) => session.userId !== null)
    expect([await isLoggedIn(), await visitor.run()]).toEqual([true, false])
    await visitor.logsIn()
    isDeleted = true
    expect([await isLoggedIn(), await visitor.run()]).toEqual([true, false])
  },

  'request.user, get_user(request)': async (trial) => {
    const { user } = trial
    const loads: string[] = []
    const load = async (id: string) => {
      loads.push(id)
      return id === user.id ? user : null
    }
    const visitor = trial.visitor({ user: { load } })
    expect([await visitor.run(), loads]).toEqual([null, []])
    await visitor.logsIn()
    expect(await visitor.visit(async (session, run) => [await run(), await run(), session.user])).toEqual([user, user, user])
    expect(loads).toEqual([user.id])
    await visitor.visit((session) => session.login('no such user'))
    expect(await visitor.visit(async (session, run) => [await run(), session.userId])).toEqual([null, null])
  },

  'user.is_active, as ModelBackend checks it': async (trial) => {
    const { store, user } = trial
    const findUser = async () => user
    const sessions = (await trial.run({ sessionOptions: { secret }, store, findUser })) as ShopSessions
    const visitor = trial.visitor().at(sessions)
    const id = await visitor.logsIn()
    expect(await visitor.visit(() => sessions.getUser())).toEqual(user)
    user.isActive = false
    expect(await visitor.visit(() => sessions.getUser())).toBeNull()
    expect(await sessions.get(id)).toBeNull()
    await visitor.logsIn() // `login` itself does not refuse a deactivated user
    await expect(visitor.visit(() => sessions.requireUser())).rejects.toThrow('Redirected')
  },

  'AbstractBaseUser.get_session_auth_hash()': async (trial) => {
    const user = { ...trial.user }
    const findUser = async () => ({ ...user })
    const { store } = trial
    const sessions = (await trial.run({ sessionOptions: { secret }, store, findUser })) as ShopSessions
    const visitor = trial.visitor().at(sessions)
    expect(await codeOf(visitor.visit((session) => session.login(user.id)))).toBe('CONFIG_INVALID')
    await visitor.logsIn()
    expect(await visitor.visit(() => sessions.getUser())).toEqual(user)
    user.passwordHash = 'another hash'
    expect(await visitor.visit(() => sessions.getUser())).toBeNull()
  },

  'AbstractBaseUser.get_session_auth_fallback_hash(), SECRET_KEY_FALLBACKS': async (trial) => {
    const [oldSecret, newSecret] = [secret, 'a new secret for tests, 32 characters']
    const { store, user } = trial
    const findUser = async () => user
    const authHash = ({ passwordHash }: Person) => passwordHash
    const before = trial.visitor({ secret: oldSecret, user: { load: findUser, authHash } })
    await before.logsIn()
    const given = { sessionOptions: { secret }, store, findUser, oldSecret, newSecret }
    const both = before.at((await trial.run(given)) as ShopSessions)
    expect(await both.visit(() => both.sessions.getUser())).toEqual(user)
    await both.holds({ name: 'Ann' }) // a write sends a token that the new secret signed
    const after = both.at(trial.app({ secret: newSecret, user: { load: findUser, authHash } }))
    expect(await after.visit(() => after.sessions.getUser())).toEqual(user)
  },

  'request.user.pk': async (trial) => {
    const visitor = trial.visitor()
    expect(await visitor.run()).toBeNull()
    await visitor.logsIn()
    expect(await visitor.run()).toBe(trial.user.id)
    await visitor.visit((session) => session.login(42))
    expect(await visitor.run()).toBe('42')
  },

  '@login_required': async (trial) => {
    const visitor = trial.visitor()
    await expect(visitor.run()).rejects.toThrow('Redirected to /login?next=%2Faccount')
    await visitor.logsIn()
    expect(await visitor.visit(async (session, run) => (await run()) === session)).toBe(true)
  },

  "@login_required(login_url='/staff')": async (trial) => {
    await expect(trial.visitor().run()).rejects.toThrow(/^Redirected to \/staff$/)
  },

  'LoginRequiredMixin with raise_exception = True': async (trial) => {
    await expect(trial.visitor().run()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 })
  },

  LoginRequiredMiddleware: async (trial) => {
    const visitor = trial.visitor()
    expect(await passes(trial, visitor, '/account')).toBe(false)
    const id = await visitor.logsIn()
    expect(await passes(trial, visitor, '/account')).toBe(true)
    await visitor.sessions.revoke(id)
    expect(await passes(trial, visitor, '/account')).toBe(true) // the guard does not query the database; the page finds no user
    await expect(visitor.visit(() => visitor.sessions.requireUser())).rejects.toThrow('Redirected')
  },

  '@login_not_required': async (trial) => {
    const visitor = trial.visitor()
    expect([await passes(trial, visitor, '/account'), await passes(trial, visitor, '/about')]).toEqual([false, true])
  },

  'url_has_allowed_host_and_scheme(next, …), LOGIN_REDIRECT_URL': async (trial) => {
    const paths = ['/orders', 'https://elsewhere.example', '//elsewhere.example', undefined].map((next) =>
      trial.run({ next: next as string }),
    )
    expect(await Promise.all(paths)).toEqual(['/orders', '/account', '/account', '/account'])
  },

  'update_session_auth_hash(request, user)': async (trial) => {
    const { user } = trial
    const options = { user: { load: async () => user, authHash: ({ passwordHash }: Person) => passwordHash } }
    const [here, there] = [trial.visitor(options), trial.visitor(options)]
    const id = await here.logsIn()
    await there.logsIn()
    user.passwordHash = 'another hash'
    const oldCookie = here.copy()
    await here.run()
    const seenBy = (visitor: Visitor) => visitor.visit(async (session) => [await visitor.sessions.getUser(), session.id])
    expect([await seenBy(here), await seenBy(there)]).toEqual([
      [user, id],
      [null, null],
    ])
    expect(await oldCookie.userId()).toBeNull()
  },

  "user.set_password(…) by another person, which invalidates the user's sessions": async (trial) => {
    const [one, two, staff] = [trial.visitor(), trial.visitor(), trial.visitor()]
    await one.logsIn()
    await two.logsIn()
    await staff.logsIn({ id: randomUUID() })
    expect(await staff.run()).toBe(2)
    expect([await one.userId(), await two.userId(), typeof (await staff.userId())]).toEqual([null, null, 'string'])
  },

  '{% csrf_token %}, CsrfViewMiddleware, CSRF_USE_SESSIONS': async (trial) => {
    const from = (site: string) => new Request('http://localhost/', { method: 'POST', headers: { 'sec-fetch-site': site } })
    expect(await codeOf(trial.run({ request: from('cross-site') }))).toBe('CROSS_SITE')
    expect(await codeOf(trial.run({ request: from('same-origin') }))).toBe('resolved')
    const handled = await trial.app().handler(() => new Response('reached'))(from('cross-site'))
    expect(handled.status).toBe(403)
  },
}
