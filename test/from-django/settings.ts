import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { expect, vi } from 'vitest'
import { createDatabase } from '../postgres'
import { postgresUrl } from '../use-postgres'
import { engines } from './engines'
import { library } from './scope'
import { type Cases, codeOf, type ShopOptions, secret, type Trial } from './trial'

const fourHundredDays = 400 * 86_400

/** Returns the cookie that a first write sets with these options. */
async function cookieUnder(trial: Trial, options: ShopOptions) {
  const { setCookies } = await trial.visitor(options).request((session) => session.set('name', 'x'))
  return setCookies[0]
}

/** Returns the cookie that a first write sets in production with these options. */
async function cookieInProduction(trial: Trial, options: ShopOptions) {
  vi.stubEnv('NODE_ENV', 'production')
  const cookie = await cookieUnder(trial, options)
  vi.unstubAllEnvs()
  return cookie
}

export const settings: Cases = {
  SECRET_KEY: async (trial) => {
    vi.stubEnv('SESSION_SECRET', 'too short')
    expect(await codeOf(trial.visitor(trial.options()).data())).toBe('CONFIG_INVALID')
    vi.stubEnv('SESSION_SECRET', secret)
    const visitor = trial.visitor(trial.options())
    const id = await visitor.holds({ name: 'Ann' })
    vi.stubEnv('SESSION_SECRET', 'another secret for tests, 32 chars.')
    const changed = visitor.at(trial.app(trial.options()))
    expect(await changed.data()).toEqual({})
    expect(await changed.holds({ name: 'Bob' })).not.toBe(id)
    expect((await visitor.sessions.get(id))?.data).toEqual({ name: 'Ann' })
  },

  SECRET_KEY_FALLBACKS: async (trial) => {
    const newSecret = 'a newer secret for tests, 32 chars.'
    const rotated = trial.app(trial.options({ newSecret, oldSecret: secret }))
    const old = trial.visitor()
    await old.holds({ name: 'Ann' })
    expect(await old.at(rotated).data()).toEqual({ name: 'Ann' })
    const fresh = trial.visitor(trial.options({ newSecret, oldSecret: secret }))
    await fresh.holds({ name: 'Bob' })
    expect(await fresh.at(trial.app({ secret: newSecret })).data()).toEqual({ name: 'Bob' })
    expect(await fresh.at(trial.app({ secret })).data()).toEqual({})
    const rotating = old.at(rotated)
    await rotating.holds({ visits: 2 })
    expect(await rotating.at(trial.app({ secret: newSecret })).data()).toEqual({ name: 'Ann', visits: 2 })
  },

  "SESSION_ENGINE = 'django.contrib.sessions.backends.db'": async (trial) => {
    const statements: string[] = []
    const pool = new pg.Pool({ connectionString: await createDatabase(postgresUrl) })
    const db = drizzle(pool, { logger: { logQuery: (text) => void statements.push(text.split(' ')[0] ?? '') } })
    await library.migrate(db)
    const visitor = trial.visitor(trial.options({ db }))
    statements.length = 0
    await visitor.holds({ name: 'Ann' })
    await visitor.holds({ visits: 1 })
    expect(await visitor.data()).toEqual({ name: 'Ann', visits: 1 })
    expect(statements).toEqual(['insert', 'select', 'update', 'select'])
    await pool.end()
  },

  ...engines,

  SESSION_COOKIE_AGE: async (trial) => {
    const options = trial.options()
    expect(await trial.visitor(options).visit((session) => session.expiryAge)).toBe(604_800)
    expect(await trial.visitor().visit((session) => session.expiryAge)).toBe(1_209_600)
    const { maxAge = 0 } = (await cookieUnder(trial, options)) ?? {}
    expect([maxAge <= fourHundredDays, maxAge > fourHundredDays - 60]).toEqual([true, true])
    const visitor = trial.visitor(options)
    await visitor.holds({ name: 'Ann' })
    await trial.elapse(604_800 / 2)
    expect(await visitor.data()).toEqual({ name: 'Ann' })
    await visitor.holds({ visits: 1 })
    await trial.elapse(604_800 - 60)
    expect(await visitor.data()).toEqual({ name: 'Ann', visits: 1 })
    await trial.elapse(61)
    expect(await visitor.data()).toEqual({})

    const frequent = trial.visitor(options)
    const expiresAt = () => frequent.visit((session) => session.expiryDate?.getTime() ?? 0)
    await frequent.holds({ visits: 1 })
    const first = await expiresAt()
    await frequent.holds({ visits: 2 })
    expect(await expiresAt()).toBe(first)
    await trial.elapse(301)
    await frequent.holds({ visits: 3 })
    expect(await expiresAt()).toBeGreaterThanOrEqual(first)
  },

  SESSION_SAVE_EVERY_REQUEST: async (trial) => {
    const visitor = trial.visitor(trial.options())
    await visitor.holds({ name: 'Ann' })
    const expiresAt = () => visitor.visit((session) => session.expiryDate?.getTime() ?? 0)
    const first = await expiresAt()
    expect(await expiresAt()).toBe(first)
    await trial.elapse(200)
    expect((await expiresAt()) - first).toBe(-200_000)
    await trial.elapse(200)
    expect((await expiresAt()) - first).toBe(-400_000) // this is the value that was read: the response is sent before the expiry advances
    expect(await expiresAt()).toBeGreaterThanOrEqual(first)
    await visitor.sessions.revoke((await visitor.visit((session) => session.id)) ?? '')
    const count = await visitor.sessions.count()
    expect(await visitor.data()).toEqual({})
    expect(await visitor.sessions.count()).toBe(count)
  },

  SESSION_EXPIRE_AT_BROWSER_CLOSE: async (trial) => {
    const visitor = trial.visitor(trial.options())
    const { value, setCookies } = await visitor.request(async (session) => {
      await session.set('name', 'Ann')
      return session.expiryAge
    })
    expect([value, setCookies.length, setCookies[0]?.maxAge]).toEqual([1_209_600, 1, undefined])
  },

  SESSION_COOKIE_NAME: async (trial) => {
    expect((await cookieUnder(trial, {}))?.name).toBe('session')
    expect((await cookieUnder(trial, trial.options()))?.name).toBe('sessionid')
    expect((await cookieInProduction(trial, trial.options()))?.name).toBe('__Host-sessionid')
  },

  SESSION_COOKIE_DOMAIN: async (trial) => {
    expect(await cookieUnder(trial, {})).not.toHaveProperty('domain')
    expect(await cookieInProduction(trial, trial.options())).toMatchObject({
      name: '__Secure-session',
      domain: 'example.com',
    })
  },

  SESSION_COOKIE_PATH: async (trial) => {
    expect((await cookieUnder(trial, {}))?.path).toBe('/')
    const visitor = trial.visitor(trial.options())
    const set = await visitor.request((session) => session.set('name', 'Ann'))
    const deleted = await visitor.request((session) => session.flush())
    expect([set.setCookies[0]?.path, deleted.setCookies]).toEqual([
      '/shop',
      [expect.objectContaining({ path: '/shop', maxAge: 0 })],
    ])
  },

  SESSION_COOKIE_SECURE: async (trial) => {
    expect((await cookieUnder(trial, {}))?.secure).toBe(false)
    expect((await cookieUnder(trial, trial.options()))?.secure).toBe(true)
    expect((await cookieInProduction(trial, {}))?.secure).toBe(true)
  },

  SESSION_COOKIE_HTTPONLY: async (trial) => {
    expect((await cookieUnder(trial, {}))?.httpOnly).toBe(true)
    expect((await cookieUnder(trial, trial.options()))?.httpOnly).toBe(false)
  },

  SESSION_COOKIE_SAMESITE: async (trial) => {
    expect((await cookieUnder(trial, {}))?.sameSite).toBe('lax')
    expect((await cookieUnder(trial, trial.options()))?.sameSite).toBe('strict')
    expect(await codeOf(cookieUnder(trial, { cookie: { sameSite: 'none' } }))).toBe('CONFIG_INVALID')
  },

  'SESSION_COOKIE_SAMESITE = False': async (trial) => {
    expect((await cookieUnder(trial, trial.options()))?.sameSite).toBe('none')
    expect((await cookieUnder(trial, trial.options()))?.secure).toBe(true)
    expect((await cookieUnder(trial, { cookie: { sameSite: undefined } as never }))?.sameSite).toBe('lax')
  },

  CSRF_TRUSTED_ORIGINS: async (trial) => {
    const sent = async (origin: string, options: ShopOptions) => {
      const headers = { origin, host: 'example.com', 'sec-fetch-site': 'same-site' }
      const request = new Request('https://example.com/', { method: 'POST', headers })
      return (await trial.app(options).handler(() => new Response('reached'))(request)).status
    }
    const from = (origin: string) => sent(origin, trial.options())
    expect([await from('https://www.example.com'), await from('http://www.example.com')]).toEqual([200, 403])
    expect(await sent('https://www.example.com', {})).toBe(403)
    const log = vi.mocked(console.error).mockImplementation(() => {})
    expect(await sent('https://www.example.com', { trustedOrigins: ['https://*.example.com'] })).toBe(500)
    log.mockClear()
  },

  SESSION_SERIALIZER: async (trial) => {
    const options = trial.options({
      serialize: (value) => (value instanceof Date ? { date: value.toISOString() } : value),
      deserialize: (json) => (json instanceof Object && 'date' in json ? new Date(String(json.date)) : json),
    })
    const visitor = trial.visitor(options)
    const slow = await visitor.holds({ seen: new Date(1000) }).then(() => visitor.copy())
    await slow.visit(async (session) => {
      await visitor.holds({ name: 'Ann' })
      await session.set('visits', 1)
    })
    expect(await visitor.data()).toEqual({ seen: new Date(1000), name: 'Ann', visits: 1 })
  },

  LOGIN_URL: async (trial) => {
    const sent = (options: Parameters<typeof trial.app>[0]) => trial.visitor(options).visit(() => trial.app(options).requireUser())
    await expect(sent({})).rejects.toThrow(/^Redirected to \/login$/)
    await expect(sent(trial.options())).rejects.toThrow(/^Redirected to \/accounts\/login$/)
  },
}
