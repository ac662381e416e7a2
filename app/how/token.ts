import { cookies } from 'next/headers'
import { sessionCookieName } from '../session-cookie'

/** What may be shown of a token: never its secret, never its MAC. */
export interface ShownToken {
  readonly id: string
  /** The outer limit of its life. */
  readonly expiry: string
  readonly endsAt: Date
  /** '1' for a session that is logged in. */
  readonly flags: string
}

/** What may be shown of a cookie that is the session itself. */
export interface SealedCookie {
  readonly name: string
  /** How it is encrypted. */
  readonly header: string
  readonly characters: number
}

/** What the browser sent, where sessions lie in cookies; null if there is no cookie, or none that looks like a sealed one. */
export async function sentSealed(): Promise<SealedCookie | null> {
  const value = (await cookies()).get(sessionCookieName)?.value ?? ''
  const [header = '', ...rest] = value.split('.')
  if (rest.length !== 4) return null
  return { name: sessionCookieName, header: Buffer.from(header, 'base64url').toString(), characters: value.length }
}

/** What the browser sent; null if there is no cookie, or none that looks like a token. Whether it opens anything, the session says. */
export async function sentToken(): Promise<ShownToken | null> {
  const value = (await cookies()).get(sessionCookieName)?.value
  const [version, id, , expiry, flags, mac] = value?.split('.') ?? []
  if (version !== 'v1' || !id || !expiry || !flags || !mac) return null
  return { id, expiry, flags, endsAt: new Date(Number(expiry) * 1000) }
}
