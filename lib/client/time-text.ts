/**
 * Returns the time left in words, in the language of the document. It changes each minute, and in the last minute every 15
 * seconds, so a screen reader can announce each change.
 * @example timeText(100) // '2 minutes'
 */
export function timeText(secondsLeft: number): string {
  const seconds = Math.ceil(secondsLeft / 15) * 15
  const [amount, unit] = seconds > 45 ? [Math.ceil(seconds / 60), 'minute'] : [seconds, 'second']
  const locale = document.documentElement.lang || []
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(amount)
}
