import { SessionError } from '../core/errors.ts'
import { isNextSignal, platform } from './platform.ts'
import { safeNext } from '../web/safe-next.ts'

/** What `requireUser` takes. */
export interface RequireUserOptions {
  /** Where others are sent, a path or the URL of another site; null: they are refused with UNAUTHENTICATED. @default the option `signIn` */
  signIn?: string | null
  /** The path to come back to, sent along as `next`; Next does not tell a page its own. */
  returnTo?: string
}

/** A site that paths are resolved against, and that no `signIn` names. */
const here = 'http://localhost.invalid'

/** Ends the render or handler for a visitor who is not logged in: with Next's redirect, or with UNAUTHENTICATED. */
export async function turnAway(signIn: string | null, returnTo: string | undefined): Promise<never> {
  if (signIn === null) throw new SessionError('UNAUTHENTICATED', 'Nobody is logged in to this session. Log in first.')
  if (!/^(\/(?!\/)|https?:\/\/)/.test(signIn)) {
    throw new SessionError('CONFIG_INVALID', `signIn is ${JSON.stringify(signIn)}; use a path of this app, or a URL.`)
  }
  if (returnTo === undefined) return platform().redirect(signIn)
  const url = new URL(signIn, here)
  url.searchParams.set('next', safeNext(returnTo))
  return platform().redirect(url.href.replace(here, ''))
}

/** The id of the running request's session; null where there is none, as in a script. */
export async function currentSession(getSession: () => Promise<{ readonly id: string | null }>): Promise<string | null> {
  try {
    const { id } = await getSession()
    await platform().io() // also without a cookie: what comes next asks the store
    return id
  } catch (error) {
    if (isNextSignal(error) || error instanceof SessionError) throw error
    return null // there is no request
  }
}
