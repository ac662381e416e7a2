/**
 * `value` if it is a path of this app, else `fallback`: for a `next` parameter, both where it is made and where it is followed.
 * Accepts one leading `/`; refuses `//`, backslashes and control characters, with which browsers leave the site.
 * @see OWASP Unvalidated Redirects and Forwards Cheat Sheet
 */
export function safeNext(value: unknown, fallback = '/'): string {
  const safe = typeof value === 'string' && /^\/(?!\/)/.test(value) && !/[\\\p{Cc}]/u.test(value)
  return safe ? value : fallback
}
