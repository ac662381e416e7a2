import type { ResolvedCookie } from '../core/cookie/cookie-options.ts'
import { SessionError } from '../core/errors.ts'
import { platform } from './platform.ts'
import type { AnySession } from './requests.ts'
import { responseCookies } from './response-cookies.ts'

/**
 * Logs the visitor out, and clears the cookie even if the store fails before the session is read.
 * @throws {SessionError} STORE_FAILED
 */
export async function logoutHere(getSession: () => Promise<AnySession>, cookie: () => ResolvedCookie): Promise<void> {
  try {
    await (await getSession()).logout()
  } catch (error) {
    if (error instanceof SessionError && error.code === 'STORE_FAILED') {
      const cookies = await responseCookies(platform(), await platform().headers(), cookie())
      if (cookies.readOnlyContext === null) cookies.clear()
    }
    throw error
  }
}
