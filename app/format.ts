/** Returns a number and its noun: "no statements", "1 statement", "2 statements". */
export function countText(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`
}

/** Returns cents as euros: "€29.00". */
export function priceText(cents: number): string {
  return new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' }).format(cents / 100)
}

/** Returns milliseconds with one decimal below 10 and none above; "… ms" for null. */
export function millisecondsText(milliseconds: number | null): string {
  if (milliseconds === null) return '… ms'
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const agoUnits = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** Returns how long ago `at` was, in the largest unit; "just now" for less than a minute. `now` is in epoch milliseconds. */
export function agoText(at: Date, now: number): string {
  const seconds = (now - at.getTime()) / 1000
  const unit = agoUnits.find(([, size]) => seconds >= size)
  return unit ? relative.format(-Math.floor(seconds / unit[1]), unit[0]) : 'just now'
}

const durationUnits = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** Returns seconds as text, starting with the largest unit that is needed: "13 d 04 h 09 min 01 s". */
export function durationText(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds))
  const parts: string[] = []
  for (const [unit, size] of durationUnits) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (parts.length > 0) parts.push(`${String(count).padStart(2, '0')} ${unit}`)
    else if (count > 0 || unit === 's') parts.push(`${count} ${unit}`)
  }
  return parts.join(' ')
}
