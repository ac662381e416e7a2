/**
 * Returns `value` if it is a path of this app, otherwise `fallback`. Use it for a `next` parameter, both when you create it and
 * when you follow it. It accepts one leading `/`. It rejects `//` (also where dot segments produce it), backslashes and control
 * characters, because a browser may leave the site for such a path. The result is percent-encoded (RFC 3986, section 2.1), because
 * headers, such as a redirect's, contain ASCII only. Its type is that of the fallback, so that `redirect` accepts it with
 * `typedRoutes`.
 * @example redirect(safeNext(form.get('next'), '/account'))
 * @see OWASP Unvalidated Redirects and Forwards Cheat Sheet
 */
export function safeNext<const Fallback extends string = '/'>(value: unknown, fallback?: Fallback): Fallback
export function safeNext(value: unknown, fallback = '/'): string {
  const safe = typeof value === 'string' && /^\/(?!\/)/.test(value) && !/[\\\p{Cc}]/u.test(value) && staysHere(value)
  return safe ? value.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURI) : fallback
}

/** A router that uses only the resolved path, as Next's does, treats `/.//other.example` as `//other.example`. */
function staysHere(path: string): boolean {
  return URL.canParse(path, 'http://here') && !new URL(path, 'http://here').pathname.startsWith('//')
}
