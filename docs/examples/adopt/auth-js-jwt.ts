import type { Adopt } from 'coatcheck'
import { decode } from 'next-auth/jwt'

const oldCookie = process.env.NODE_ENV === 'production' ? '__Secure-authjs.session-token' : 'authjs.session-token'

export const adopt: Adopt = async ({ cookies }) => {
  // Auth.js splits a large cookie into `<name>.0`, `<name>.1` and so on. Browsers send them in any order.
  const numberOf = (name: string) => Number(name.slice(oldCookie.length + 1))
  const parts = cookies
    .getAll()
    .filter(({ name }) => name === oldCookie || (name.startsWith(`${oldCookie}.`) && Number.isInteger(numberOf(name))))
    .sort((a, b) => numberOf(a.name) - numberOf(b.name))
  if (parts.length === 0) return null
  const token = parts.map(({ value }) => value).join('')
  // Throws if another secret made the token, or if it has expired.
  const old = await decode({ token, secret: process.env.AUTH_SECRET ?? '', salt: oldCookie }).catch(() => null)
  return old?.sub ? { userId: old.sub, cookie: parts.map(({ name }) => name) } : null
}
