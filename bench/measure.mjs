/**
 * Runs the sides of a comparison in short alternating rounds, each of them first in every other one, so that what disturbs the
 * machine disturbs all alike. A side is an async function that answers the figure of one round. Answers the figures of each
 * side, round by round.
 */
export async function alternate(sides, { rounds, warmup }) {
  const names = Object.keys(sides)
  const figures = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -warmup; round < rounds; round++) {
    for (const name of round % 2 ? names.toReversed() : names) {
      const figure = await sides[name]()
      if (round >= 0) figures[name].push(figure)
    }
  }
  return figures
}

/** Runs `job` for each of `items`, `atOnce` at a time, and answers the microseconds that one took on average. */
export async function microsEach(items, atOnce, job) {
  let next = 0
  const worker = async () => {
    while (next < items.length) await job(items[next++])
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: atOnce }, worker))
  return ((performance.now() - start) * 1000) / items.length
}

/** The value below which `share` of the values lie. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return below + (above - below) * (at - Math.floor(at))
}

export const median = (values) => quantile(values, 0.5)

/** Median and quartiles of the ratio of two sides, taken round by round. */
export function ratio(figures, base) {
  const ratios = figures.map((figure, round) => figure / base[round])
  return { median: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) }
}

/** A ratio as the tables show it: median, and the quartiles in brackets. */
export function printRatio({ median, low, high }) {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}

/** Prints a Markdown table, ready to be pasted into README.md. */
export function printTable(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  console.log(['', line(head), line(head.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line), ''].join('\n'))
}

/** A whole number with thousands apart. */
export function whole(number) {
  return Math.round(number).toLocaleString('en')
}
