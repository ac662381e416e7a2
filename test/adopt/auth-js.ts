import { Auth, type AuthConfig } from '@auth/core'
import { type Cookies, cookiesOf, headerOf, secret } from './old-app'

const url = 'http://localhost/api/auth'
export const sessionCookie = 'authjs.session-token'
/** The options that both kinds of sessions share. Logging is off, because Auth.js logs a forged token as an error. */
export const authOptions = { secret, trustHost: true, basePath: '/api/auth', logger: { error: () => {}, warn: () => {} } }

/** Sends a request to Auth.js. */
export const call = (config: AuthConfig, path: string, cookies: Cookies = {}, form?: Record<string, string>) =>
  Auth(
    new Request(path.startsWith('http') ? path : `${url}${path}`, {
      headers: { cookie: headerOf(cookies) },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    }),
    config,
  )

/** Posts a form with the token that Auth.js requires, and returns the cookies afterwards. */
export async function post(config: AuthConfig, path: string, form: Record<string, string>, before: Cookies = {}): Promise<Cookies> {
  const first = await call(config, '/csrf', before)
  const { csrfToken } = await first.clone().json()
  const cookies = cookiesOf(first, before)
  return cookiesOf(await call(config, path, cookies, { csrfToken, ...form }), cookies)
}

/** Returns only the cookies of the session. */
export const ofSession = (cookies: Cookies): Cookies =>
  Object.fromEntries(Object.entries(cookies).filter(([name]) => name.startsWith(sessionCookie)))

/** Returns the user whom Auth.js finds in the cookies. */
export const userOf = (config: AuthConfig) => async (cookies: Cookies) =>
  (await (await call(config, '/session', cookies)).json())?.user?.id ?? null
