import { SessionError } from '../core/errors.ts'
import type { SessionContext } from '../core/session/request-context.ts'
import { adoptableCookies } from './adopt.ts'
import { platform } from './platform.ts'
import type { AnySession } from './requests.ts'
import { responseCookies } from './response-cookies.ts'

/**
 * Logs the visitor out, and clears the cookie even if the store fails before the session is read. In that case, it also removes the
 * old library's cookie, from which `adopt` would log the visitor in again.
 * @throws {SessionError} STORE_FAILED
 */
export async function logoutHere(getSession: () => Promise<AnySession>, context: () => SessionContext): Promise<void> {
  try {
    await (await getSession()).logout()
  } catch (error) {
    if (error instanceof SessionError && error.code === 'STORE_FAILED') await clearCookies(context())
    throw error
  }
}

async function clearCookies(context: SessionContext): Promise<void> {
  const headers = await platform().headers()
  const cookies = await responseCookies(platform(), headers, context.options.cookie)
  if (cookies.readOnlyContext !== null) return
  cookies.clear()
  for (const name of await adoptableCookies(context, headers)) cookies.remove(name)
}
