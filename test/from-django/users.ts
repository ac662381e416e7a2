import { randomUUID } from 'node:crypto'
import { type NextFetchEvent, NextRequest } from 'next/server.js'
import { expect } from 'vitest'
import { type Cases, codeOf, secret, type Trial, type Visitor } from './trial'

type Guard = (request: NextRequest, event: NextFetchEvent) => Promise<Response>

/** Returns whether the guard that the row creates lets a visitor pass to `path`. */
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
    const visitor = trial.visitor()
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toBe(false)
    await visitor.logsIn()
    expect(await visitor.run()).toBe(true)
  },

  'request.user.pk, get_user(request)': async (trial) => {
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

  'url_has_allowed_host_and_scheme(next, …)': async (trial) => {
    const paths = ['/orders', 'https://elsewhere.example', '//elsewhere.example', undefined].map((next) =>
      trial.run({ next: next as string }),
    )
    expect(await Promise.all(paths)).toEqual(['/orders', '/account', '/account', '/account'])
  },

  'update_session_auth_hash(request, user)': async (trial) => {
    const [here, there] = [trial.visitor(), trial.visitor()]
    await here.logsIn()
    await there.logsIn()
    expect(await here.run()).toBe(1)
    expect([await here.userId(), await there.userId()]).toEqual([trial.user.id, null])
  },

  "user.set_password(…) by another person, which invalidates the user's sessions": async (trial) => {
    const [one, two, staff] = [trial.visitor(), trial.visitor(), trial.visitor()]
    await one.logsIn()
    await two.logsIn()
    await staff.logsIn({ id: randomUUID() })
    expect(await staff.run()).toBe(2)
    expect([await one.userId(), await two.userId(), typeof (await staff.userId())]).toEqual([null, null, 'string'])
  },

  CSRF_USE_SESSIONS: async (trial) => {
    const from = (site: string) => new Request('http://localhost/', { method: 'POST', headers: { 'sec-fetch-site': site } })
    expect(await codeOf(trial.run({ request: from('cross-site') }))).toBe('CROSS_SITE')
    expect(await codeOf(trial.run({ request: from('same-origin') }))).toBe('resolved')
    const handled = await trial.app().handler(() => new Response('reached'))(from('cross-site'))
    expect(handled.status).toBe(403)
  },
}
