import { SessionError } from '../core/errors.ts'

/**
 * Throws unless the request comes from a page of this origin or not from a browser. `Sec-Fetch-Site` must be `same-origin` or
 * `none`. Without that header, `Origin` must equal Host. A request with neither header does not come from a browser and passes.
 * @throws {SessionError} CROSS_SITE
 * @see OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Fetch Metadata headers"
 */
export function assertSameOrigin({ headers }: { readonly headers: Headers }): void {
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  const same = site ? site === 'same-origin' || site === 'none' : origin === null || hostOf(origin) === headers.get('host')
  if (!same) throw new SessionError('CROSS_SITE', 'The request comes from another site. Send it from a page of this site.')
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}
