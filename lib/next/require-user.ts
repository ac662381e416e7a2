import { SessionError } from '../core/errors.ts'
import { safeNext } from '../web/safe-next.ts'
import { isNextSignal, platform } from './platform.ts'

/** The options of `requireUser`. */
export interface RequireUserOptions {
  /**
   * The login page to redirect to: a path, or the URL of another site. With null, `requireUser` rejects with UNAUTHENTICATED
   * instead.
   * @default the option `signIn`
   */
  signIn?: string | null
  /** The path to return to after the login, passed on as `next`. Next does not give a page its own path. */
  returnTo?: string
}

/** A base URL for paths that no `signIn` can name. */
const here = 'http://localhost.invalid'

/** Stops the render or handler for a visitor who is not logged in: throws Next's redirect, or UNAUTHENTICATED. */
export async function turnAway(signIn: string | null, returnTo: string | undefined): Promise<never> {
  if (signIn === null) throw new SessionError('UNAUTHENTICATED', 'No user is logged in. Log in first.')
  if (!/^(\/(?!\/)|https?:\/\/)/.test(signIn)) {
    throw new SessionError('CONFIG_INVALID', `signIn is ${JSON.stringify(signIn)}; use a path of this app, or a URL.`)
  }
  if (returnTo === undefined) return platform().redirect(signIn)
  const url = new URL(signIn, here)
  url.searchParams.set('next', safeNext(returnTo))
  return platform().redirect(url.href.replace(here, ''))
}

/** Returns the id of the current request's session; null where there is no request, as in a script. */
export async function currentSessionId(getSession: () => Promise<{ readonly id: string | null }>): Promise<string | null> {
  try {
    const { id } = await getSession()
    await platform().io() // also without a cookie, because the caller queries the store next
    return id
  } catch (error) {
    if (isNextSignal(error) || error instanceof SessionError) throw error
    return null // outside a request
  }
}
