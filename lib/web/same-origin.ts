import { SessionError } from '../core/errors.ts'

/**
 * Refuses a request that another site made a browser send. `Sec-Fetch-Site` must be `same-origin` or `none`; without it, `Origin` must
 * equal Host; with neither, it is not a browser's and passes.
 * @throws {SessionError} CROSS_SITE
 * @see OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Fetch Metadata headers"
 */
export function assertSameOrigin({ headers }: { readonly headers: Headers }): void {
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  const same = site ? site === 'same-origin' || site === 'none' : origin === null || hostOf(origin) === headers.get('host')
  if (!same) throw new SessionError('CROSS_SITE', 'The request comes from another site. Send it from a page of this one.')
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}
