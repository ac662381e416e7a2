import { formatCount } from '../core/administration/format.ts'
import type { ActingSession, AdminProgress, AdminSessions } from './types.ts'

/** The message of an operation that is complete (null: no message), or the progress of one that needs another post. */
export type BulkResult = { readonly message: string | null } | AdminProgress

/**
 * The time that one post may take. It is below the time limit of every platform, and short enough to update a progress
 * bar.
 */
const sliceMs = 1000
/** Sessions revoked by one statement. */
const batchSize = 500

/**
 * Revokes the sessions with these ids. The current session is logged out instead, so that its cookie is deleted too.
 */
export async function revokeSelected(sessions: AdminSessions, session: ActingSession, ids: readonly string[]): Promise<BulkResult> {
  const others = ids.filter((id) => id !== session.id)
  const count = others.length > 0 ? await sessions.revoke(others, { by: session.userId }) : 0
  if (others.length === ids.length) return { message: revokedText(count) }
  await session.logout()
  return { message: null } // a flash would create a new session
}

/** Revokes all sessions of a user. The current session is kept if it belongs to that user. */
export async function revokeUser(sessions: AdminSessions, session: ActingSession, userId: string): Promise<BulkResult> {
  const except = session.userId === userId ? session.id : null
  return { message: revokedText(userId ? await sessions.revokeUser(userId, { except, by: session.userId }) : 0) }
}

/**
 * Revokes the sessions of all users except the current session, starting with the newest, until `sliceMs` has passed.
 * Sessions that are created in the meantime are kept.
 */
export async function revokeOthers(sessions: AdminSessions, session: ActingSession, before: AdminProgress): Promise<BulkResult> {
  const deadline = Date.now() + sliceMs
  let { done, from } = before
  do {
    const rows = await sessions.list({ limit: batchSize, ...(from && { after: from }) })
    const others = rows.map(({ id }) => id).filter((id) => id !== session.id)
    done += others.length > 0 ? await sessions.revoke(others, { by: session.userId }) : 0
    from = rows.at(-1)?.id ?? from
    if (rows.length < batchSize) return { message: revokedText(done) }
  } while (Date.now() < deadline)
  return { done, from }
}

/** Deletes expired sessions until `sliceMs` has passed. */
export async function deleteExpired(sessions: AdminSessions, session: ActingSession, { done }: AdminProgress): Promise<BulkResult> {
  const signal = AbortSignal.timeout(sliceMs)
  const count = done + (await sessions.clearExpired({ signal, by: session.userId }))
  return signal.aborted ? { done: count, from: '' } : { message: `Deleted ${formatCount(count, 'expired session')}.` }
}

function revokedText(count: number): string {
  return count === 0 ? 'No sessions were revoked. They no longer exist.' : `Revoked ${formatCount(count, 'session')}.`
}
