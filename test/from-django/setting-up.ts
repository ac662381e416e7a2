import { expect } from 'vitest'
import { library } from './scope'
import { type Cases, codeOf } from './trial'

export const settingUp: Cases = {
  "MIDDLEWARE += ['django.contrib.sessions.middleware.SessionMiddleware']": async (trial) => {
    const unopened = library.drizzleStore(() => {
      throw new Error('opened')
    })
    const sessions = await trial.run({ sessionOptions: { secret: undefined }, store: unopened })
    expect(sessions).toHaveProperty('getSession')
    const withoutSecret = trial.visitor({ secret: undefined })
    expect(await codeOf(withoutSecret.run())).toBe('CONFIG_INVALID')
  },

  'request.session': async (trial) => {
    const visitor = trial.visitor()
    expect(await visitor.visit(async (session, run) => (await run()) === session)).toBe(true)
    const { value, setCookies } = await visitor.request((session) => [session.id, session.isEmpty])
    expect([value, setCookies]).toEqual([[null, true], []])
  },

  'request.session in code that has only a cookie, such as a WebSocket handshake': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ name: 'Ann' })
    const headers = { cookie: `session=${visitor.browser.token}` }
    const { sessions } = visitor
    const session = await trial.run({ sessions, request: new Request('http://localhost/socket', { headers }) })
    expect(session).toMatchObject({ data: { name: 'Ann' }, userId: null })
    expect(await codeOf((session as Awaited<ReturnType<typeof sessions.fromRequest>>).set('name', 'Bob'))).toBe('READ_ONLY')
  },

  'django_session, the model Session': async (trial) => {
    const visitor = trial.visitor()
    await visitor.logsIn()
    const id = await visitor.holds({ name: 'Ann' })
    const rows = (await trial.run({ db: trial.db })) as { id: string }[]
    const row = rows.find((row) => row.id === id)
    expect(row).toMatchObject({ userId: trial.user.id, data: { name: 'Ann' }, createdAt: expect.any(Date), userAgent: null })
    const [, , secretPart = 'missing'] = visitor.browser.token.split('.')
    expect(secretPart).toHaveLength(22)
    expect(JSON.stringify(row)).not.toContain(secretPart)
    expect(row).toHaveProperty('tokenHash')
  },
}
