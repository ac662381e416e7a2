import { SessionError } from './errors.ts'

/** The login page: its path, or a function that returns it for the path that the visitor asked for. */
export type SignIn = string | ((path: string) => string)

/**
 * Returns the path of the login page for a visitor who asked for `path`.
 * @throws {SessionError} CONFIG_INVALID if the function `signIn` returns anything but a path of this app.
 */
export function signInFor(signIn: SignIn, path: string): string {
  return typeof signIn === 'string' ? signIn : checkSignIn(signIn(path))
}

/** @throws {SessionError} CONFIG_INVALID unless `signIn` is a path of this app. */
export function checkSignIn(signIn: string): string {
  if (/^\/(?!\/)/.test(signIn)) return signIn
  const remedy = "use a path of this app, such as '/login'."
  throw new SessionError('CONFIG_INVALID', `signIn is ${JSON.stringify(signIn)}; ${remedy}`)
}
