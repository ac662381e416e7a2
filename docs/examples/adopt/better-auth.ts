import type { Auth } from 'better-auth'
import type { Adopt } from 'coatcheck'

/** Continues the sessions of better-auth. */
export const adoptFrom =
  (auth: Pick<Auth, 'api'>): Adopt =>
  async ({ headers, cookies }) => {
    if (!headers.get('cookie')?.includes('better-auth.session_token=')) return null
    // Reads the table and changes nothing: does not refresh the session, and ignores a session that exists only in a cookie.
    const query = { disableRefresh: true, disableCookieCache: true }
    const old = await auth.api.getSession({ headers, query })
    const names = cookies.getAll().map(({ name }) => name)
    return old ? { userId: old.user.id, cookie: names.filter((name) => /^(__Secure-)?better-auth\./.test(name)) } : null
  }
