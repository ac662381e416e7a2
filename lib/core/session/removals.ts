import type { SessionRecord } from './record.ts'
import type { SessionScope } from './request-context.ts'
import { notTrimmed } from './write-errors.ts'

/**
 * Deletes the session that the browser presented. Selects it by id, so that the logout works even if another request has rotated
 * the token. It is not an error if the session is already gone. Afterwards the record is a new, empty session, even if the store
 * failed.
 */
export async function removePresented({ context, carried }: SessionScope, record: SessionRecord, event: 'flushed' | 'logout') {
  const ref = record.credential ?? carried.presented
  const isReported = record.credential === null && carried.found === 'rotated'
  record.reset()
  if (ref === null) return
  const { id, tokenHash } = ref
  const [current] = await carried.store.remove({ ids: [id], tokenHash })
  const [removed] = current ? [current] : await carried.store.remove({ ids: [id] })
  if (!removed) return
  // Only the id matches, because another request, perhaps a thief's, has rotated the token.
  if (!current && !isReported) context.emit({ type: 'rejected', reason: 'rotated' })
  context.emit({ type: event, ...removed })
}

/** Deletes the user's other sessions if this one is still valid. Returns their number. */
export async function removeOthers({ context, carried }: SessionScope, record: SessionRecord): Promise<number> {
  record.requireCurrent()
  const { row, credential } = record
  if (!row?.userId || !credential) return 0
  const { userId } = row
  const sessions = await carried.store.remove({ userId, exceptId: credential.id, requiresLive: credential })
  const lost = sessions.length === 0 ? await record.loseIfLost(credential) : null
  if (lost) throw lost
  if (sessions.length > 0) context.emit({ type: 'revoked', sessions, by: userId })
  return sessions.length
}

/**
 * Deletes the user's sessions above `maxPerUser`. A failure is reported with its own error, because the login has already
 * succeeded.
 */
export async function trimSessions({ context, carried }: SessionScope, userId: string): Promise<void> {
  const { maxPerUser } = context.options
  if (maxPerUser === null) return
  const sessions = await carried.store.remove({ userId, keepNewest: maxPerUser }).catch((error: unknown) => {
    throw notTrimmed(error)
  })
  if (sessions.length > 0) context.emit({ type: 'revoked', sessions, by: userId })
}
