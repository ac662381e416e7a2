import { SessionError } from '../core/errors.ts'
import { userOf } from '../core/session/session-user.ts'
import { signInFor } from '../core/sign-in.ts'
import { type Duration, durationOption } from '../core/store/expiry.ts'
import { safeNext } from '../web/safe-next.ts'
import { withBasePath } from './base-path.ts'
import { pathHeader } from './path-header.ts'
import { isNextSignal, platform } from './platform.ts'
import { type ConfiguredSessions, prepareTurnAway } from './request.ts'
import type { AnySession } from './requests.ts'

/** The options of `requireUser`. */
export interface RequireUserOptions {
  /**
   * The login page to redirect to: a path, or the URL of another site. With null, `requireUser` rejects with
   * UNAUTHENTICATED or REAUTHENTICATE instead.
   * @default the option `signIn`
   */
  signIn?: string | null
  /**
   * The path to return to after the login, passed on as `next`. Next does not give a page its own path; the guard does.
   * @default the path of the page, if the guard's matcher lets it through; otherwise none
   */
  returnTo?: string
  /**
   * The longest time since the login, by the store's clock. Use it for operations that a visitor at an unattended
   * device must not do. A user with an older login is redirected to `signIn` with `reason=reauthenticate`. `login` of
   * the same user keeps the session and its data. @default any
   */
  within?: Duration
  /**
   * True to require a session that is bound to its device (option `deviceBinding`). Otherwise `requireUser` rejects
   * with DEVICE_UNPROVEN: another login would not help in a browser without device-bound sessions. @default false
   */
  deviceBound?: boolean
}

/**
 * Implements `requireUser`. Returns if a user is logged in, still exists, has the same credentials as at the login, and has logged
 * in no longer ago than `within`. Otherwise stops the render or handler.
 */
export async function checkUser(
  session: AnySession,
  { context }: ConfiguredSessions,
  { signIn, returnTo, within, deviceBound }: RequireUserOptions,
): Promise<void> {
  const maxSeconds = within === undefined ? Number.POSITIVE_INFINITY : durationOption('within', within)
  if (deviceBound && !context.deviceSigner) throw noBinding()
  const isValid = context.user === null || (await session[userOf].load()) !== null
  const isLoggedIn = isValid && session.userId !== null
  if (isLoggedIn && session[userOf].secondsSinceLogin <= maxSeconds) {
    if (deviceBound && !session.deviceBound) throw notBound()
    return
  }
  const status = await prepareTurnAway(context)
  if (signIn === null)
    throw isLoggedIn ? tooOld(within) : new SessionError('UNAUTHENTICATED', 'No user is logged in. Log in first.')
  const path = returnTo ?? (await platform().headers()).get(pathHeader) ?? undefined
  const page = checkSignIn(signIn ?? signInFor(context.options.signIn, new URL(safeNext(path), here).pathname))
  const query = {
    ...(path !== undefined && { next: safeNext(path) }),
    ...(isLoggedIn && { reason: 'reauthenticate' }),
  }
  const location = withQuery(page, query)
  await redirect(status === 303 ? withBasePath(location) : location, status)
}

/** Without the option, no proof is checked, even of sessions that were bound before the option was removed. */
function noBinding(): SessionError {
  return new SessionError('CONFIG_INVALID', 'requireUser({ deviceBound }) needs the option deviceBinding; add deviceBinding: true.')
}

function notBound(): SessionError {
  const remedy = 'Use a browser with device-bound sessions, and log in again.'
  return new SessionError('DEVICE_UNPROVEN', `This session is not bound to a device. ${remedy}`)
}

function tooOld(within: Duration | undefined): SessionError {
  return new SessionError('REAUTHENTICATE', `The login is older than ${within}. Log in again; the session and its data are kept.`)
}

/** A base URL that no `signIn` can have. */
const here = 'http://localhost.invalid'

function checkSignIn(signIn: string): string {
  if (/^(\/(?!\/)|https?:\/\/)/.test(signIn)) return signIn
  throw new SessionError('CONFIG_INVALID', `signIn is ${JSON.stringify(signIn)}; use a path of this app, or a URL.`)
}

function withQuery(location: string, query: Readonly<Record<string, string>>): string {
  if (Object.keys(query).length === 0) return location
  const url = new URL(location, here)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href.replace(here, '')
}

/** Throws Next's redirect with this status. Next itself always sends 307, after which a browser repeats a POST. */
async function redirect(location: string, status: 303 | 307): Promise<never> {
  try {
    return await platform().redirect(location)
  } catch (error) {
    if (isNextSignal(error)) Object.assign(error, { digest: error.digest.replace(/;307;$/, `;${status};`) })
    throw error
  }
}

/** Returns the id of the current request's session; null where there is no request, as in a script. */
export async function currentSessionId(getSession: () => Promise<{ readonly id: string | null }>): Promise<string | null> {
  try {
    const { id } = await getSession()
    await platform().io() // called without a cookie, too, because the caller queries the store next
    return id
  } catch (error) {
    if (isNextSignal(error) || error instanceof SessionError) throw error
    return null // outside a request
  }
}
