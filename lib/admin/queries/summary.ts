import type { SessionInfo } from '../../core/administration/session-info.ts'
import type { UserNames } from '../types.ts'

/**
 * A session without its data. In development, React sends the props of server components to the browser, so the props must not
 * contain the data, which may include secrets.
 */
export type SessionSummary = Omit<SessionInfo, 'data'>

/** Returns a session without its data. */
export function summaryOf({ data: _, ...summary }: SessionInfo): SessionSummary {
  return summary
}

/** Returns the display names of the users of these sessions, by user id. */
export async function findUserNames(rows: readonly SessionSummary[], userNames: UserNames): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(rows.flatMap(({ userId }) => userId ?? []))]
  return ids.length > 0 ? userNames(ids) : new Map()
}
