import { getIronSession } from 'iron-session'
import { jwtVerify, SignJWT } from 'jose'
import { expect, it, vi } from 'vitest'
import { adopt as adoptIronSession } from '../../docs/examples/adopt/iron-session'
import { adopt as adoptJwt } from '../../docs/examples/adopt/jwt'
import { FakeBrowser } from '../browser'
import { cookiesOf, headerOf, movedApp, openShared, withChangedValues } from './old-app'
import { adoptionRules } from './rules'

const password = 'a password for tests, 32 characters'
vi.stubEnv('IRON_PASSWORD', password)
vi.stubEnv('JWT_SECRET', password)

let users = 0
const inTwoWeeks = 15 * 86400_000
/** Moves the clock to the time when the old sessions have expired. */
const expire = async () => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + inTwoWeeks })

const iron = { password, cookieName: 'my-app' }
const ironSession = (cookie: string, response: Response) =>
  getIronSession<{ userId?: string; cart?: unknown }>(new Request('http://localhost', { headers: { cookie } }), response, iron)

async function ironVisit(data: { userId?: string; cart?: unknown }) {
  const response = new Response()
  const session = await ironSession('', response)
  Object.assign(session, data)
  await session.save()
  return cookiesOf(response)
}

const cart = [{ id: 'hat', quantity: 1 }]
const ironLogin = (userId: string) => ironVisit({ userId, cart })

adoptionRules('iron-session', { hasTable: false }, async () => ({
  adopt: adoptIronSession,
  login: async () => {
    const userId = `user ${++users}`
    return { userId, cookies: await ironLogin(userId) }
  },
  userOf: async (cookies) => (await ironSession(headerOf(cookies), new Response())).userId ?? null,
  forge: withChangedValues,
  expire,
}))

const key = new TextEncoder().encode(password)

adoptionRules('a hand-made JWT', { hasTable: false }, async () => ({
  adopt: adoptJwt,
  login: async () => {
    const userId = `user ${++users}`
    const token = new SignJWT({ sub: userId }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('14d')
    return { userId, cookies: { token: await token.sign(key) } }
  },
  userOf: async ({ token = '' }) => (await jwtVerify(token, key).catch(() => null))?.payload.sub ?? null,
  forge: withChangedValues,
  expire,
}))

it.each([
  ['a user', { userId: '7', cart }],
  ['a user without a cart', { userId: '7' }],
  ['a visitor who is not logged in', { cart }],
])('the guide from iron-session keeps the data of %s', async (_, data) => {
  const database = await openShared()
  const sessions = movedApp(database, adoptIronSession)
  const browser = new FakeBrowser(await ironVisit(data))
  const seen = async () => {
    const session = await sessions.getSession()
    return { userId: session.userId, cart: session.get('cart') }
  }
  await browser.visit(seen)
  expect(Object.keys(browser.cookies)).toEqual(['session'])
  expect(await browser.visit(seen)).toEqual({ userId: null, cart: [], ...data })
  await database.close()
})

it('the guide from iron-session stores nothing for a visitor who has neither a user nor a cart', async () => {
  const value = (await ironVisit({}))['my-app']
  const cookies = { get: (name: string) => ({ name, value: value ?? '' }), getAll: () => [] }
  expect(value).toBeTruthy()
  expect(await adoptIronSession({ headers: new Headers(), cookies })).toBeNull()
})

it('the guide from a JWT does not adopt a token without an expiry', async () => {
  const token = await new SignJWT({ sub: '7' }).setProtectedHeader({ alg: 'HS256' }).sign(key)
  const headers = new Headers({ cookie: `token=${token}` })
  const cookies = { get: (name: string) => ({ name, value: token }), getAll: () => [] }
  expect(await adoptJwt({ headers, cookies })).toBeNull()
})
