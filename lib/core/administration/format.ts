/** Shortens an id to its first 8 and last 4 characters: '01890000…abcd'. */
export function shortId(id: string): string {
  return `${id.slice(0, 8)}…${id.slice(-4)}`
}

/** Formats a time in UTC, to the second: '2026-11-22 09:30:05 UTC'. */
export function formatTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** Formats the hour of a time in UTC: '09:00'. */
export function formatHour(at: Date): string {
  return `${at.toISOString().slice(11, 13)}:00`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Formats the day of a time in UTC: 'Nov 22'. */
export function formatDay(at: Date): string {
  return `${months[at.getUTCMonth()]} ${at.getUTCDate()}`
}

const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/**
 * Formats a time relative to `now`, in the largest unit that fits: '3 minutes ago', 'in 13 days'. Returns 'now' for a
 * difference of less than a minute.
 */
export function formatRelativeTime(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000
  // With the factor, 59 minutes and 50 seconds are '1 hour' instead of '60 minutes'.
  const unit = units.find(([, length]) => Math.abs(seconds) >= length * 0.99)
  if (!unit) return 'now'
  const [name, length] = unit
  const text = formatCount(Math.round(Math.abs(seconds) / length), name)
  return seconds < 0 ? `${text} ago` : `in ${text}`
}

/** Formats a whole number with a comma between thousands: '12,345'. */
export function formatNumber(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Formats a number with its noun: '1 session', '12,345 sessions'. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(count)} ${count === 1 ? singular : plural}`
}

/** Formats a size in bytes or in kB (1000 bytes): '980 B', '1.2 kB'. */
export function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`
}

/** Formats the share of `part` in `whole`, rounded: '12%'. Returns '0%' if `whole` is 0. */
export function formatPercent(part: number, whole: number): string {
  return `${whole === 0 ? 0 : Math.round((part / whole) * 100)}%`
}
