import type { RequestCookies } from '../core/adoption.ts'

/** Returns the cookies of a request. Of several with one name, `get` returns the first. Values are decoded as Next decodes them. */
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
