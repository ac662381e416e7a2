/**
 * The name of the session cookie. In production the cookie is Secure, and the prefix `__Host-` binds it to this host.
 */
export const sessionCookieName = process.env.NODE_ENV === 'production' ? '__Host-session' : 'session'

/**
 * Returns the session token in a `Cookie` header, or null. If there are several, returns the last one, as Next does.
 */
export function tokenIn(cookieHeader: string | null | undefined): string | null {
  const pairs = cookieHeader?.split(/; */) ?? []
  return pairs.findLast((pair) => pair.startsWith(`${sessionCookieName}=`))?.slice(sessionCookieName.length + 1) || null
}
