import { SessionError } from '../core/errors.ts'
import { isNextSignal, platform } from './platform.ts'
import { safeNext } from './safe-next.ts'

/** What `requireUser` takes. */
export interface RequireUserOptions {
  /** Where others are sent; null: they are refused with UNAUTHENTICATED. @default the option `signIn` */
  signIn?: string | null
  /** The path to come back to, sent along as `next`; Next does not tell a page its own. */
  returnTo?: string
}

/** Ends the render or handler for a visitor who is not logged in: with Next's redirect, or with UNAUTHENTICATED. */
export async function turnAway(signIn: string | null, returnTo: string | undefined): Promise<never> {
  if (signIn === null) throw new SessionError('UNAUTHENTICATED', 'Nobody is logged in to this session. Log in first.')
  if (returnTo === undefined) return platform().redirect(signIn)
  const { pathname, searchParams, hash } = new URL(signIn, 'http://localhost')
  searchParams.set('next', safeNext(returnTo))
  return platform().redirect(`${pathname}?${searchParams}${hash}`)
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
