import type { AdminContext } from '../types.ts'
import { findUserNames, type SessionSummary, summaryOf } from './summary.ts'

/** The sessions that a confirmation page names. */
export interface NamedSessions {
  readonly rows: readonly SessionSummary[]
  /** true if the operation may affect more sessions than `rows` contains. */
  readonly hasMore: boolean
  /** The display names of the users in `rows`, by user id. */
  readonly names: ReadonlyMap<string, string>
}

const maxRows = 5

/** Returns the first selected sessions; null if none of them exists. */
export async function findSelected({ sessions, address, userNames }: AdminContext): Promise<NamedSessions | null> {
  const { ids } = address
  const found = await Promise.all(ids.slice(0, maxRows).map((id) => sessions.get(id)))
  const rows = found.filter((row) => row !== null).map(summaryOf)
  if (rows.length === 0) return null
  return { rows, hasMore: ids.length > rows.length, names: await findUserNames(rows, userNames) }
}

/** Returns the newest sessions of the target user; null if the user has none. */
export async function findTargetUser({ sessions, address, userNames }: AdminContext): Promise<NamedSessions | null> {
  const { targetUser } = address
  const found = targetUser ? await sessions.list({ userId: targetUser, limit: maxRows + 1 }) : []
  if (found.length === 0) return null
  const rows = found.slice(0, maxRows).map(summaryOf)
  return { rows, hasMore: found.length > rows.length, names: await findUserNames(rows, userNames) }
}
