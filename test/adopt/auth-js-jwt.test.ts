import type { AuthConfig } from '@auth/core'
import Credentials from '@auth/core/providers/credentials'
import { createSessions } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { expect, it, vi } from 'vitest'
import { adopt } from '../../docs/examples/adopt/auth-js-jwt'
import { FakeBrowser } from '../browser'
import { authOptions, ofSession, post, sessionCookie, userOf } from './auth-js'
import { secret, withChangedValues } from './old-app'
import { adoptionRules } from './rules'

vi.stubEnv('AUTH_SECRET', secret)

let users = 0

/** Auth.js with JWT sessions. With `extra`, the token is so large that its cookie is split. */
function jwtConfig(extra = ''): AuthConfig {
  return {
    ...authOptions,
    session: { strategy: 'jwt' },
    providers: [Credentials({ credentials: { id: {} }, authorize: ({ id }) => ({ id: String(id) }) })],
    callbacks: {
      jwt: ({ token }) => ({ ...token, extra }),
      session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub ?? '' } }),
    },
  }
}

const jwtLogin = async (config: AuthConfig) => {
  const userId = `user-${++users}`
  return { userId, cookies: ofSession(await post(config, '/callback/credentials', { id: userId })) }
}

adoptionRules('Auth.js with JWT sessions', { hasTable: false }, async () => {
  const config = jwtConfig()
  return {
    adopt,
    login: () => jwtLogin(config),
    userOf: userOf(config),
    forge: withChangedValues,
    expire: async () => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * 86400_000 }),
  }
})

adoptionRules('Auth.js with JWT sessions in several cookies', { hasTable: false }, async () => {
  const config = jwtConfig('x'.repeat(9000))
  return {
    adopt,
    login: async () => {
      const { userId, cookies } = await jwtLogin(config)
      expect(Object.keys(cookies)).toEqual([0, 1, 2, 3].map((part) => `${sessionCookie}.${part}`))
      return { userId, cookies: Object.fromEntries(Object.entries(cookies).reverse()) }
    },
    userOf: userOf(config),
    forge: withChangedValues,
    expire: async () => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * 86400_000 }),
  }
})

it('two events of Auth.js log the user in to Coatcheck and out again, as the guide shows', async () => {
  const sessions = createSessions({ secret, store: memoryStore() })
  const events: AuthConfig['events'] = {
    signIn: async ({ user }) => (await sessions.getSession()).login(user.id ?? ''),
    signOut: () => sessions.logout(),
  }
  const config = { ...jwtConfig(), events }
  const userId = async () => (await sessions.getSession()).userId
  const browser = new FakeBrowser()
  const { cookies } = await browser.visit(() => jwtLogin(config))
  expect(await browser.visit(userId)).toBe(`user-${users}`)
  await browser.visit(() => post(config, '/signout', {}, cookies))
  expect([await browser.visit(userId), browser.cookies]).toEqual([null, {}])
})
