import type { RequestRecord } from './record'

/** The effect of a response on the session cookie: `long` is a sentence, `short` is for a list. */
export interface CookieText {
  readonly long: string
  readonly short: string
}

/** Returns the texts for the session cookie in a response. */
export function cookieText({ end, hadCookie }: RequestRecord): CookieText {
  if (end === null) return { long: 'The response is still being sent.', short: 'response pending' }
  if (end.cookie === 'none') {
    const long = hadCookie
      ? 'No Set-Cookie: the browser keeps the cookie that it has.'
      : 'No Set-Cookie: the browser has no cookie.'
    return { long, short: 'no Set-Cookie' }
  }
  return cookieTexts[end.cookie]
}

const cookieTexts = {
  new: { long: 'A cookie with a new token.', short: 'new token' },
  same: { long: 'A cookie with the same token and a later expiry.', short: 'same token' },
  removed: { long: 'A Set-Cookie that deletes the cookie.', short: 'cookie deleted' },
} as const

/** Returns the newest request that the visitor caused, and those before and after it. The router sends prefetches by itself. */
export function splitRequests(records: readonly RequestRecord[]) {
  const [newest, ...earlier] = records.filter(({ kind }) => kind !== 'prefetch' && kind !== 'message')
  const since = newest ? records.slice(0, records.indexOf(newest)) : []
  return { newest, earlier, since }
}

/** Returns the newest request, or a prefetch if the visitor caused no other request. */
export function newestRequest(records: readonly RequestRecord[]): RequestRecord | undefined {
  return splitRequests(records).newest ?? records[0]
}

/** Returns the attributes of the cookie without `Expires`, because `Max-Age` takes precedence. */
export function attributesOf({ end }: RequestRecord): readonly string[] {
  return end?.attributes.filter((text) => !text.startsWith('Expires')) ?? []
}
