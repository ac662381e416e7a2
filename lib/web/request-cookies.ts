import type { RequestCookies } from '../core/adoption.ts'

/**
 * Returns the cookies of a request. If several cookies have the same name, `get` returns the first. Values are decoded in the same
 * way as in Next.
 */
export function requestCookies(headers: Headers): RequestCookies {
  const all = (headers.get('cookie') ?? '').split(';').flatMap((pair) => {
    const [, name, value = ''] = /^\s*([^=\s]+)=(.*?)\s*$/.exec(pair) ?? []
    return name ? [{ name, value: decoded(value) }] : []
  })
  return { get: (name) => all.find((cookie) => cookie.name === name), getAll: () => all }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
