import { hourMs, type StartedCount, type StoreStats, statsDays, type UserAgentCount } from '../store/statistics.ts'

/** Statistics of all sessions, as `sessions.stats()` returns them. */
export interface SessionStats {
  /** Sessions that have not expired. */
  readonly active: number
  /** Active sessions with a user. */
  readonly signedIn: number
  /** Expired sessions that have not been cleared yet. */
  readonly expired: number
  /** True if the counts are extrapolated from a sample of the rows. docs/stores.md says when. */
  readonly estimated: boolean
  /**
   * Sessions created in each of the last 24 hours (UTC), the current one included, that are still stored. Oldest first, with
   * zeros.
   */
  readonly hours: readonly StartedCount[]
  /** Sessions created on each of the last 30 days (UTC), today included, that are still stored. Oldest first, with zeros. */
  readonly days: readonly StartedCount[]
  /** Active sessions by recorded user agent (null: none recorded), most frequent first, at most 100. */
  readonly userAgents: readonly UserAgentCount[]
}

const dayMs = 24 * hourMs
const maxUserAgents = 100

/** Sorts a store's counts and fills the gaps. */
export function sessionStats({ now, started, userAgents, ...counts }: StoreStats): SessionStats {
  const frequent = userAgents.toSorted((a, b) => b.count - a.count || compareTexts(a.userAgent, b.userAgent))
  return {
    ...counts,
    hours: countPerPeriod(started, now, hourMs, 24),
    days: countPerPeriod(started, now, dayMs, statsDays),
    userAgents: frequent.slice(0, maxUserAgents),
  }
}

/** Hours and days of UTC always have the same length, so they start at multiples of it. */
function countPerPeriod(started: readonly StartedCount[], now: Date, lengthMs: number, periods: number): StartedCount[] {
  const periodOf = (at: Date) => Math.floor(at.getTime() / lengthMs)
  const first = periodOf(now) - periods + 1
  const counts = Array.from({ length: periods }, () => 0)
  for (const { at, count } of started) {
    const index = periodOf(at) - first
    const before = counts[index]
    if (before !== undefined) counts[index] = before + count
  }
  return counts.map((count, i) => ({ at: new Date((first + i) * lengthMs), count }))
}

function compareTexts(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : 1
}
