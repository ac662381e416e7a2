import type { StartedCount, StoreStats, UserAgentCount } from '../store/store.ts'

/** Figures of all sessions, as `sessions.stats()` answers them. */
export interface SessionStats {
  /** Sessions that have not expired. */
  readonly active: number
  /** Active ones that a user is logged in to. */
  readonly signedIn: number
  /** Expired ones that have not been cleared yet. */
  readonly expired: number
  /** Whether figures are scaled up from a sample of the rows: docs/stores.md says when. */
  readonly estimated: boolean
  /** Sessions begun in each of the last 24 hours (UTC, the running one included) that are still stored; oldest first, zeros included. */
  readonly hours: readonly StartedCount[]
  /** The same for the last 30 days (UTC). */
  readonly days: readonly StartedCount[]
  /** Active sessions by recorded user agent (null: none recorded), most frequent first, at most 100. */
  readonly userAgents: readonly UserAgentCount[]
}

/** The length of an hour. */
export const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** So many days `days` covers, the running one included. */
export const statsDays = 30

const maxUserAgents = 100

/** What a store counted, in order and without gaps. */
export function sessionStats({ now, started: begun, userAgents, ...counts }: StoreStats): SessionStats {
  const frequent = userAgents.toSorted((a, b) => b.count - a.count || compareTexts(a.userAgent, b.userAgent))
  return {
    ...counts,
    hours: perTime(begun, now, hourMs, 24),
    days: perTime(begun, now, dayMs, statsDays),
    userAgents: frequent.slice(0, maxUserAgents),
  }
}

/** Days and hours of UTC have always the same length, so that they begin at multiples of it. */
function perTime(begun: readonly StartedCount[], now: Date, lengthMs: number, number: number): StartedCount[] {
  const numberOf = (at: Date) => Math.floor(at.getTime() / lengthMs)
  const first = numberOf(now) - number + 1
  const counts = Array.from({ length: number }, () => 0)
  for (const { at, count } of begun) {
    const place = numberOf(at) - first
    const before = counts[place]
    if (before !== undefined) counts[place] = before + count
  }
  return counts.map((count, i) => ({ at: new Date((first + i) * lengthMs), count }))
}

function compareTexts(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : 1
}
