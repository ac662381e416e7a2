import { sessionsTable as table } from 'coatcheck/drizzle'
import { eq } from 'drizzle-orm'
import { cookies } from 'next/headers'
import { database } from '../db'
import { engine } from '../engine'
import { sessionCookieName } from '../session-cookie'
import { sessions } from '../sessions'

/** The parts of a token that may be shown: never its secret or its MAC. */
export interface VisibleToken {
  readonly id: string
  /** The latest possible expiry, from the token. */
  readonly expiry: string
  readonly endsAt: Date
  /** '1' for a session that is logged in. */
  readonly flags: string
}

/** The parts of an encrypted session cookie that may be shown. */
export interface VisibleCookie {
  readonly name: string
  /** The encryption algorithm. */
  readonly header: string
  readonly characters: number
}

/** The parts of a stored session that may be shown: never the token's hash. */
export interface VisibleSession {
  readonly id: string
  readonly userId: string | null
  readonly createdAt: Date | null
  readonly lastSeenAt: Date | null
  readonly expiresAt: Date | null
  /** Absent for engines from which the page does not read the version. */
  readonly version?: number
  readonly data: unknown
}

/**
 * Returns the token that the browser sent; null if there is no cookie, or one that does not look like a token. The
 * token is not verified: the session shows whether it is valid.
 */
export async function sentToken(): Promise<VisibleToken | null> {
  const value = (await cookies()).get(sessionCookieName)?.value
  const [version, id, , expiry, flags, mac] = value?.split('.') ?? []
  if (version !== 'v1' || !id || !expiry || !flags || !mac) return null
  return { id, expiry, flags, endsAt: new Date(Number(expiry) * 1000) }
}

/**
 * Returns the encrypted cookie that the browser sent; null if there is no cookie, or one that does not look encrypted.
 */
export async function sentEncryptedCookie(): Promise<VisibleCookie | null> {
  const value = (await cookies()).get(sessionCookieName)?.value ?? ''
  const [header = '', ...rest] = value.split('.')
  if (rest.length !== 4) return null
  return { name: sessionCookieName, header: Buffer.from(header, 'base64url').toString(), characters: value.length }
}

const { id, userId, createdAt, lastSeenAt, expiresAt, version, data } = table
const visibleColumns = { id, userId, createdAt, lastSeenAt, expiresAt, version, data }

/** Returns a session as the engine stores it, or null if it was deleted in the meantime. */
export async function storedSession(sessionId: string): Promise<VisibleSession | null> {
  if (engine !== 'db' && engine !== 'cached') return sessions.get(sessionId)
  const db = await database()
  const [row] = await db.select(visibleColumns).from(table).where(eq(table.id, sessionId))
  return row ?? null
}
