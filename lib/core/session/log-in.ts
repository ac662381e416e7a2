import type { ExpiryRule } from '../store/expiry.ts'
import type { SessionRecord } from './record.ts'
import type { SessionContext } from './request-context.ts'

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
    if (replaced && (await record.replace(fresh, replaced))) emit({ type: 'flushed', id: replaced.id, userId: replaced.userId })
    else await record.create(fresh, null)
  }
  if (record.credential) emit({ type: 'login', id: record.credential.id, userId })
}
