// Text of visitors and data of apps may contain characters that move a terminal's cursor or change the direction of the text.
const unsafe = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu
const unsafeInJson = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** Returns `text` as one line that is safe to print. Cuts it to `width` characters. */
export function safeText(text: string, width = 255): string {
  const safe = text.replace(unsafe, '\ufffd')
  return safe.length > width ? `${safe.slice(0, width - 1)}…` : safe
}

/** Returns `value` as indented JSON that is safe to print. Parsing it gives `value` back. */
export function safeJson(value: unknown): string {
  const toEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value, null, 2).replace(unsafeInJson, toEscape)
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
