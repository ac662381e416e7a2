import { type FailureCause, SessionError } from '../errors.ts'
import { invalid } from '../data/json.ts'
import type { SessionRef, SessionStore } from '../store/store.ts'
import type { ResponseCookies } from './request-context.ts'

/** Why a write found nothing to change. */
export interface LostSession {
  /** Whether the session lives on under another token. */
  readonly rotated: boolean
  readonly error: SessionError
}

/**
 * Asks the store, with one SELECT by id, why a write found nothing; null if the session is still ours, so that a condition of the write
 * itself failed. Clears the cookie of a session that has ended, and leaves it alone after a rotation: it may be the newer one by then.
 */
export async function whyLost(store: SessionStore, { id, tokenHash }: SessionRef, jar: ResponseCookies): Promise<LostSession | null> {
  const [row] = await store.list({ ids: [id], status: 'active', sort: 'created', limit: 1 })
  if (row?.tokenHash === tokenHash) return null
  if (row) return { rotated: true, error: interrupted('Another request gave the session a new token', 'load the page again') }
  jar.clear()
  const ended = 'The session has ended: it expired, or was logged out or revoked'
  return { rotated: false, error: interrupted(ended, 'the visitor is anonymous now') }
}

/** A write lost a race that it could not repeat. */
export function conflict(): SessionError {
  return new SessionError('CONFLICT', 'Another request changed this session at the same moment. Nothing was written; try again.')
}

/**
 * Tells as CONFLICT what a database says when somebody held the row's lock all the time: 55P03 (lock_timeout) or 57014
 * (statement_timeout). In both cases nothing was written.
 */
export async function lockedOut<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    const code = error instanceof SessionError ? (error.cause as FailureCause | undefined)?.code : undefined
    if (code !== '55P03' && code !== '57014') throw error
    throw new SessionError('CONFLICT', 'Others held this session for all of the timeout. Nothing was written; try again.')
  }
}

/** The login was made, and what `maxPerUser` then asks for was not. */
export function notTrimmed(error: unknown): unknown {
  if (!(error instanceof SessionError) || error.code !== 'STORE_FAILED') return error
  const text = 'The user is logged in, but the sessions beyond maxPerUser could not be ended; the next login tries again.'
  return new SessionError('STORE_FAILED', text, { outcome: 'unknown', cause: error.cause as FailureCause })
}

/** @throws {SessionError} READ_ONLY naming the writer and the place, before anything is written. */
export function requireWritable({ readOnlyContext: readOnlyPlace }: ResponseCookies, name: string): void {
  if (readOnlyPlace === null) return
  const remedy = 'Nothing was written; call it in a server action or a route handler.'
  throw new SessionError('READ_ONLY', `session.${name}() was called ${readOnlyPlace}, where no cookie can be set. ${remedy}`)
}

/** @throws {SessionError} DATA_INVALID unless `userId` is a string, number or bigint of 1 to 255 characters of text. */
export function checkUserId(userId: unknown): string {
  const isId = typeof userId === 'string' || typeof userId === 'bigint' || Number.isFinite(userId)
  const text = isId ? String(userId) : ''
  if (text.length < 1 || text.length > 255 || text.includes('\u0000') || !text.isWellFormed()) {
    throw invalid('The user id', 'is not a string, number or bigint of 1 to 255 characters')
  }
  return text
}

function interrupted(what: string, remedy: string): SessionError {
  return new SessionError('INTERRUPTED', `${what} meanwhile. Nothing was written; ${remedy}.`)
}
