// What visitors send or apps store may hold characters that move a terminal's cursor, or turn the direction of what follows.
const unsafe = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu
const unsafeInJson = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** One line of `text` that is safe to print, with at most `width` characters. */
export function plain(text: string, width = 255): string {
  const shown = text.replace(unsafe, '\ufffd')
  return shown.length > width ? `${shown.slice(0, width - 1)}…` : shown
}

/** JSON of `value` that is safe to print, and reads back as `value`. */
export function jsonText(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value, null, 2).replace(unsafeInJson, escaped)
}

/** A count with its noun: `1 session`, `1,200 sessions`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`
}

/** A whole number with thousands apart. */
export function whole(count: number): string {
  return count.toLocaleString('en')
}

/** An instant in UTC, to the second. */
export function instant(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** Columns under their heads, as wide as what stands in them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return [head, ...rows].map((cells) => line(cells).trimEnd()).join('\n')
}

/** Names before their values, one a line. */
export function pairs(entries: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n')
}
