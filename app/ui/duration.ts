const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** Seconds in words, from the largest unit that is needed: "13 d 04 h 09 min 01 s". */
export function durationText(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds))
  const parts: string[] = []
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (parts.length > 0) parts.push(`${String(count).padStart(2, '0')} ${unit}`)
    else if (count > 0 || unit === 's') parts.push(`${count} ${unit}`)
  }
  return parts.join(' ')
}
