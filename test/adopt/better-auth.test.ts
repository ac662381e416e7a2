import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { expect, it } from 'vitest'
import { adoptFrom } from '../../docs/examples/adopt/better-auth'
import { FakeBrowser } from '../browser'
import { cookiesOf, headerOf, movedApp, openShared, type SharedDatabase, withChangedValues } from './old-app'
import { adoptionRules } from './rules'

const url = 'http://localhost:3000'
const betterAuthOn = ({ pool }: SharedDatabase) =>
  betterAuth({
    database: pool,
    baseURL: url,
    secret: 'a secret for tests, 32 characters',
    emailAndPassword: { enabled: true },
    session: { cookieCache: { enabled: true } },
    telemetry: { enabled: false },
    logger: { disabled: true },
  })

async function createTables(auth: ReturnType<typeof betterAuthOn>): Promise<void> {
  await (await getMigrations(auth.options)).runMigrations()
}

let users = 0

adoptionRules('better-auth', { hasTable: true }, async (database) => {
  const auth = betterAuthOn(database)
  await createTables(auth)
  const { pool } = database
  return {
    adopt: adoptFrom(auth),
    login: async () => {
      const body = JSON.stringify({ name: 'Ann', email: `user${++users}@example.com`, password: 'correct horse' })
      const headers = { 'content-type': 'application/json', origin: url }
      const response = await auth.handler(new Request(`${url}/api/auth/sign-up/email`, { method: 'POST', headers, body }))
      const { user } = await response.clone().json()
      return { userId: user.id, cookies: cookiesOf(response) }
    },
    userOf: async (cookies) => {
      const headers = new Headers({ cookie: headerOf(cookies) })
      return (await auth.api.getSession({ headers, query: { disableCookieCache: true } }))?.user.id ?? null
    },
    forge: withChangedValues,
    expire: async () => void (await pool.query(`update session set "expiresAt" = now() - interval '1 hour'`)),
    revoke: async () => void (await pool.query('delete from session')),
  }
})

it('the password check of better-auth logs the user in to Coatcheck, as the guide shows', async () => {
  const database = await openShared()
  const auth = betterAuthOn(database)
  await createTables(auth)
  const body = { name: 'Ann', email: 'ann@example.com', password: 'correct horse' }
  const { user } = await auth.api.signUpEmail({ body })
  const { getSession } = movedApp(database, () => null)
  const logIn = async (password: string) => {
    const signedIn = await auth.api.signInEmail({ body: { ...body, password } }).catch(() => null)
    if (signedIn) await (await getSession()).login(signedIn.user.id)
    return (await getSession()).userId
  }
  const browser = new FakeBrowser()
  expect(await browser.visit(() => logIn('wrong password'))).toBeNull()
  expect(await browser.visit(() => logIn(body.password))).toBe(user.id)
  expect(Object.keys(browser.cookies)).toEqual(['session'])
  await database.close()
})
