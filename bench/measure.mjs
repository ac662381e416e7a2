/**
 * Runs the sides of a comparison in short alternating rounds. The order of the sides changes every round, so a disturbance of the
 * machine affects all sides. A side is an async function that returns the result of one round. Returns the results of each side,
 * round by round.
 */
export async function alternate(sides, { rounds, warmup }) {
  const names = Object.keys(sides)
  const results = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -warmup; round < rounds; round++) {
    for (const name of round % 2 ? names.toReversed() : names) {
      const result = await sides[name]()
      if (round >= 0) results[name].push(result)
    }
  }
  return results
}

/** Runs `job` for each item, `atOnce` at a time, and returns the total time divided by the number of items, in microseconds. */
export async function microsEach(items, atOnce, job) {
  let next = 0
  const worker = async () => {
    while (next < items.length) await job(items[next++])
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: atOnce }, worker))
  return ((performance.now() - start) * 1000) / items.length
}

/** Returns a quantile: the `share` (0 to 1) of the values is smaller than it. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return below + (above - below) * (at - Math.floor(at))
}

export const median = (values) => quantile(values, 0.5)

/** Returns the median and the quartiles of the ratio of two sides, computed round by round. */
export function ratio(results, base) {
  const ratios = results.map((result, round) => result / base[round])
  return { median: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) }
}

/** Formats a ratio for the tables: the median, and the quartiles in brackets. */
export function printRatio({ median, low, high }) {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}

/** Prints a Markdown table for README.md. */
export function printTable(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  console.log(['', line(head), line(head.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line), ''].join('\n'))
}

/** Formats a number as a whole number with thousands separators. */
export function whole(number) {
  return Math.round(number).toLocaleString('en')
}
