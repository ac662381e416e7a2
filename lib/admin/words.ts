/** A session's id as a table has room for it. */
export function shortId(id: string): string {
  return `${id.slice(0, 8)}…${id.slice(-4)}`
}

/** '2026-11-22 09:30:05', in UTC. */
export function instantText(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ')
}

const day = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' })

/** 'Nov 22', in UTC. */
export function dayText(at: Date): string {
  return day.format(at)
}

const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' })

/** '3 minutes ago', 'in 13 days', 'now' within a minute: the largest unit that fits once. */
export function relativeText(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000
  // Almost an hour is one, and not 60 minutes.
  const fitting = units.find(([, size]) => Math.abs(seconds) >= size * 0.99)
  return fitting ? relative.format(Math.round(seconds / fitting[1]), fitting[0]) : 'now'
}

/** '980 B', '1.2 kB'. */
export function bytesText(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`
}

/** '12,345'. */
export function countText(count: number): string {
  return count.toLocaleString('en')
}

/** '1 session', '3 sessions'. */
export function sessionsText(count: number): string {
  return count === 1 ? '1 session' : `${countText(count)} sessions`
}

/** '12 %' of a whole; '0 %' of nothing. */
export function shareText(part: number, whole: number): string {
  return `${whole === 0 ? 0 : Math.round((part / whole) * 100)} %`
}
