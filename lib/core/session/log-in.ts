import { SessionError } from '../errors.ts'
import type { Duration, ExpiryRule } from '../store/expiry.ts'
import type { SessionRef } from '../store/stored-session.ts'
import type { NewParts, SessionRecord } from './record.ts'
import type { SessionContext, WriteOptions } from './request-context.ts'

/** The options of `login`. */
export interface LoginOptions extends WriteOptions {
  /** This session's own expiry, as for `setExpiry`. @default the expiry of the session */
  expiry?: Duration | Date | null
  /**
   * The value that `user.authHash` returns for the user whose password you checked. Required with that
   * option.
   */
  authHash?: string
}

/** The login of a user. An undefined part keeps its value in the session; a new session gets the default. */
export interface Login {
  readonly userId: string
  readonly expiry: ExpiryRule | undefined
  /** The hash of the credentials, as a UUID. */
  readonly authHash: string | undefined
}

/** Logs a user in under a new token secret, in one statement. Another user's session is replaced by a new one. */
export async function logIn({ emit }: SessionContext, record: SessionRecord, { userId, expiry, authHash }: Login): Promise<void> {
  const { row, pendingExpiry } = record
  const given = { ...(authHash !== undefined && { authHash }), ...(expiry !== undefined && { expiry }) }
  const isOtherUser = row !== null && row.userId !== null && row.userId !== userId
  const replaced = isOtherUser ? row : record.unproven
  if (replaced || !(await record.login({ userId, extendsExpiry: true, ...given }))) {
    const fresh = { userId, authHash: null, expiry: pendingExpiry, data: {}, ...given }
    if (replaced && (await replace(record, fresh, replaced))) emit({ type: 'flushed', id: replaced.id, userId: replaced.userId })
    else await record.create(fresh, null)
  }
  if (record.credential) emit({ type: 'login', id: record.credential.id, userId })
}

/** Replaces another session with a new one. Returns false if another request has already replaced, deleted or rotated it. */
async function replace(record: SessionRecord, parts: NewParts, replaced: SessionRef): Promise<boolean> {
  try {
    await record.create(parts, replaced)
    return true
  } catch (error) {
    if (!(error instanceof SessionError) || error.code !== 'INTERRUPTED') throw error
    return false
  }
}
