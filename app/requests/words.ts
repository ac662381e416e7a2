import type { CookieOutcome, RequestEnd } from './record'

const outcomes: Readonly<Record<CookieOutcome, { readonly long: string; readonly short: string }>> = {
  none: { long: 'not sent', short: 'no cookie' },
  new: { long: 'sent, with a new token', short: 'cookie with a new token' },
  same: { long: 'sent, with the same token', short: 'cookie with the same token' },
  removed: { long: 'removed', short: 'cookie removed' },
}

/** What became of the session's cookie; `short` in a list, else after the word “cookie”. */
export function cookieText(end: RequestEnd | null, length: 'short' | 'long'): string {
  return end ? outcomes[end.cookie][length] : 'answer on its way'
}

/** How long the request took on the server. */
export function millisecondsText(end: RequestEnd | null): string {
  if (!end) return '… ms'
  return `${end.milliseconds < 10 ? end.milliseconds.toFixed(1) : Math.round(end.milliseconds)} ms`
}

/** A number and its noun. */
export function countOf(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`
}

/** What a statement does, and to which table: `UPDATE sessions`. */
export function statementTitle(text: string): string {
  // Not every "from" comes before a table: there is also extract(epoch from "expires_at").
  const [, table = ''] = /\b(?:from|into|update) "(\w+)"(?= (?:where|order|set|limit|\()|$)/.exec(text) ?? []
  // What a statement of several parts writes; the parts that only read, or lock, are not worth their words.
  const verbs = text.match(text.startsWith('with') ? /\b(?:delete|insert|update)(?= (?:from |into )?")/g : /^\w+/) ?? []
  return `${[...verbs].map((verb) => verb.toUpperCase()).join(' and ')} ${table}`
}
