import { SessionError } from '../core/errors.ts'

/**
 * Returns a function that returns true for the paths in `protect` and everything below them.
 * @throws {SessionError} CONFIG_INVALID for a path that would protect nothing.
 */
export function pathMatcher(protect: readonly string[] = ['/']): (pathname: string) => boolean {
  const wrong = protect.find((path) => !path.startsWith('/'))
  if (wrong !== undefined) {
    throw new SessionError('CONFIG_INVALID', `protect has ${JSON.stringify(wrong)}; start each path with /.`)
  }
  const roots = protect.map(comparablePath)
  return (pathname) => {
    const path = comparablePath(pathname)
    return roots.some((root) => path === root || path.startsWith(root === '/' ? root : `${root}/`))
  }
}

/** Returns true if `signIn`, which may have a query and a fragment, leads to `pathname`. */
export function isSamePath(signIn: string, pathname: string): boolean {
  return comparablePath(pathname) === comparablePath(new URL(signIn, 'http://localhost').pathname)
}

/** Returns the path decoded and without a trailing slash. */
function comparablePath(pathname: string): string {
  const path = decoded(pathname)
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Next decodes a path before it selects the page, so the guard must do the same. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}
