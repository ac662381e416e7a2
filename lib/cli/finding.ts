/** One result line of `coatcheck check`. */
export interface Finding {
  /** The checked part, such as 'Database'. */
  readonly name: string
  /** The result of the check. */
  readonly text: string
  /** The way to fix the problem; null if there is none. */
  readonly remedy: string | null
  /** True if nothing could be checked. */
  readonly skipped?: boolean
}

/** The result of one part of the check. */
export interface PartResult {
  readonly findings: readonly Finding[]
  /** Values for `--json`. */
  readonly facts: object
}

/** Returns a finding without a problem. */
export function ok(name: string, text: string): Finding {
  return { name, text, remedy: null }
}

/** Returns a finding that says why something was not checked. */
export function skipped(name: string, text: string): Finding {
  return { name, text, remedy: null, skipped: true }
}

/** A challenge for a device is valid on servers whose clocks differ by at most this. */
const clockToleranceMillis = 60_000

/**
 * Compares the clock of the server `name` with the clock of this machine. `differenceMs` is positive if the server is
 * ahead.
 */
export function clockFinding(name: string, differenceMs: number): Finding {
  const seconds = (Math.abs(differenceMs) / 1000).toFixed(1)
  const text = `${name} is ${seconds} s ${differenceMs < 0 ? 'behind' : 'ahead of'} this machine`
  const isFar = Math.abs(differenceMs) > clockToleranceMillis
  const remedy = 'Synchronize both clocks with NTP. They may differ by at most 60 s.'
  return { name: 'Clock', text, remedy: isFar ? remedy : null }
}

/** Returns the findings as lines of text, and the number of problems below them. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length))
  const lines = findings.flatMap(({ name, text, remedy, skipped }) => {
    const state = remedy === null ? (skipped ? '-   ' : 'ok  ') : 'FAIL'
    const line = `${state}  ${name.padEnd(width)}  ${text}`
    return remedy === null ? [line] : [line, `${' '.repeat(width + 8)}${remedy}`]
  })
  const problems = findings.filter(({ remedy }) => remedy !== null).length
  const summary = problems === 0 ? 'No problems found.' : `${problems} ${problems === 1 ? 'problem' : 'problems'} found.`
  return [...lines, '', summary].join('\n')
}
