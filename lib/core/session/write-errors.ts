import { type FailureCause, SessionError } from '../errors.ts'
import type { SessionStore } from '../store/store.ts'
import type { SessionRef } from '../store/stored-session.ts'
import type { ResponseCookies } from './request-context.ts'

/** The reason why a request has no session to change: the session was deleted, has expired, or has a new token. */
export type LostReason = 'gone' | 'rotated' | 'device'

/**
 * Returns the reason why a write changed nothing, with one SELECT by id. Returns null if the session is still valid:
 * then a condition of the write itself failed.
 */
export async function whyLost(store: SessionStore, { id, tokenHash }: SessionRef): Promise<'gone' | 'rotated' | null> {
  const [row] = await store.list({ ids: [id], status: 'active', sort: 'created', limit: 1 })
  if (!row) return 'gone'
  return row.tokenHash === tokenHash ? null : 'rotated'
}

/** Returns the INTERRUPTED error for a write that has no session to change. */
export function interrupted(reason: Exclude<LostReason, 'device'>): SessionError {
  const text = {
    gone: 'The session expired, was logged out or was revoked. Nothing was written; the visitor is anonymous now.',
    rotated: 'Another request gave this session a new token. Nothing was written; load the page again.',
  }[reason]
  return new SessionError('INTERRUPTED', text)
}

/**
 * Returns the DEVICE_UNPROVEN error for a write to a session that is bound to a device. It is a 503 if the browser could not reach
 * the device handler just now.
 */
export function deviceUnproven({ isSkipped }: { readonly isSkipped: boolean }): SessionError {
  const text = isSkipped
    ? 'The browser could not renew the proof of its device. Nothing was written; try again soon.'
    : 'The session is bound to another device. Nothing was written; log in on this one.'
  return new SessionError('DEVICE_UNPROVEN', text, isSkipped ? { status: 503 } : {})
}

/** Returns the CONFLICT error for a write that lost a race and could not be repeated. */
export function changedMeanwhile(): SessionError {
  return new SessionError('CONFLICT', 'Another request changed this session at the same time. Nothing was written; try again.')
}

/** Returns the CONFLICT error for a write that waited for other requests until the timeout. */
export function lockedTooLong(): SessionError {
  return new SessionError('CONFLICT', 'Other requests held this session until the timeout. Nothing was written; try again.')
}

/** Returns the error for a login that succeeded although deleting the sessions above `maxPerUser` failed. */
export function notTrimmed(error: unknown): unknown {
  if (!(error instanceof SessionError) || error.code !== 'STORE_FAILED') return error
  const text = 'The user is logged in, but deleting the sessions above maxPerUser failed. The next login tries again.'
  return new SessionError('STORE_FAILED', text, { outcome: 'unknown', cause: error.cause as FailureCause })
}

/**
 * @throws {SessionError} READ_ONLY, before anything is written, if no cookie can be set where the writer was called.
 */
export function requireWritable({ readOnlyContext }: ResponseCookies, writer: string): void {
  if (readOnlyContext === null) return
  const remedy = 'Nothing was written; call it in a server action or a route handler.'
  throw new SessionError('READ_ONLY', `session.${writer}() was called ${readOnlyContext}, where no cookie can be set. ${remedy}`)
}
