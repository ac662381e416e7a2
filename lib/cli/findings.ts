/** One thing that was looked at. */
export interface Finding {
  readonly name: string
  /** What was found. */
  readonly text: string
  /** What to do about it; null: it is as it should be. */
  readonly remedy: string | null
}

/** What one part of the check found; `facts` are figures for `--json`. */
export interface Checked {
  readonly findings: readonly Finding[]
  readonly facts: object
}

/** The guard allows for this much. */
const clockToleranceMillis = 60_000

/** How far the clock of `whose` is ahead of this machine's, in milliseconds. */
export function clockFinding(whose: string, differenceMs: number): Finding {
  const far = Math.abs(differenceMs) > clockToleranceMillis
  const text = `${whose} is ${(Math.abs(differenceMs) / 1000).toFixed(1)} s ${differenceMs < 0 ? 'behind' : 'ahead of'} this machine's`
  const remedy = far ? 'Set both by NTP: the guard trusts the clock of its own machine, within a minute.' : null
  return { name: 'Clock', text, remedy }
}
