/**
 * `value` if it is a path of this app, else `fallback`: for a `next` parameter, both where it is made and where it is followed.
 * Accepts one leading `/`; refuses `//`, also where dot segments make one of the path, backslashes and control characters, with which
 * browsers leave the site. Answers it escaped (RFC 3986, section 2.1) where it is not, since a header, such as a redirect's, holds ASCII alone.
 * @see OWASP Unvalidated Redirects and Forwards Cheat Sheet
 */
export function safeNext(value: unknown, fallback = '/'): string {
  const safe = typeof value === 'string' && /^\/(?!\/)/.test(value) && !/[\\\p{Cc}]/u.test(value) && staysHere(value)
  return safe ? value.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURI) : fallback
}

/** A router that goes by the resolved path alone takes `/.//other.example` for `//other.example`: Next's does. */
function staysHere(path: string): boolean {
  return URL.canParse(path, 'http://here') && !new URL(path, 'http://here').pathname.startsWith('//')
}
