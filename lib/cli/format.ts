// Text of visitors and data of apps may contain characters that move a terminal's cursor, change the direction of the text, or are
// not visible: controls, format characters, line separators, halves of surrogate pairs, and the Hangul fillers, which are letters.
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu

/** Returns `text` as one line that is safe to print. Cuts it to `width` characters. */
export function safeText(text: string, width = 255): string {
  const safe = text.replace(unsafe, '\ufffd')
  return safe.length > width ? `${safe.slice(0, width - 1)}…` : safe
}

/** Returns `value` as indented JSON that is safe to print. Parsing the JSON returns `value`. */
export function safeJson(value: unknown): string {
  const toEscape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  const escaped = (text: string) => text.replace(unsafe, (character) => character.split('').map(toEscape).join(''))
  // Outside of strings, JSON contains only one kind of unsafe character: the line breaks of the indentation.
  return JSON.stringify(value, null, 2).split('\n').map(escaped).join('\n')
}

/** Returns a table with a header line. Each column is as wide as its longest cell. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return [header, ...rows].map((cells) => line(cells).trimEnd()).join('\n')
}

/** Returns one line for each entry: the name, padded to the longest name, and the value. */
export function formatEntries(entries: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n')
}
