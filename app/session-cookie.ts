/** The session cookie's name: in production it is Secure, and so gets the prefix that binds it to this host. */
export const sessionCookieName = process.env.NODE_ENV === 'production' ? '__Host-session' : 'session'

/** The session's token in a `Cookie` header; null if there is none. Of several the last one counts, as for Next. */
export function tokenIn(cookieHeader: string | null | undefined): string | null {
  const pairs = cookieHeader?.split(/; */) ?? []
  return pairs.findLast((pair) => pair.startsWith(`${sessionCookieName}=`))?.slice(sessionCookieName.length + 1) || null
}
