import type { JsonObject } from '../../core/data/json.ts'
import type { AdminContext } from '../types.ts'
import { findUserNames, type SessionSummary, summaryOf } from './summary.ts'

/** One session, and the other sessions of its user. */
export interface SessionDetail {
  readonly summary: SessionSummary
  readonly data: JsonObject
  /** The display name of the user; null for an anonymous session. */
  readonly userName: string | null
  /** The sessions of the user, this one included, last seen first; empty for an anonymous session. */
  readonly userSessions: readonly SessionSummary[]
  /** true if the user has more sessions than `userSessions` contains. */
  readonly hasMore: boolean
}

const maxUserSessions = 10

/** Returns the session that the address names; null if there is none. */
export async function findDetail({ sessions, address, userNames }: AdminContext): Promise<SessionDetail | null> {
  const found = await sessions.get(address.id)
  if (!found) return null
  const summary = summaryOf(found)
  const { userId } = summary
  if (userId === null) return { summary, data: found.data, userName: null, userSessions: [], hasMore: false }
  const names = await findUserNames([summary], userNames)
  const rows = await sessions.list({ userId, sort: 'lastSeen', limit: maxUserSessions + 1 })
  return {
    summary,
    data: found.data,
    userName: names.get(userId) ?? userId,
    userSessions: rows.slice(0, maxUserSessions).map(summaryOf),
    hasMore: rows.length > maxUserSessions,
  }
}
