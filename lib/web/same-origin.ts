import { SessionError } from '../core/errors.ts'
import { checkOrigins, originOf } from '../core/origins.ts'
import { type AnyRequest, headersOf } from '../core/request-headers.ts'

/** The options of `assertSameOrigin`. */
export interface SameOriginOptions {
  /** Other origins whose pages may send the request, such as 'https://www.shop.example'. @default none */
  trustedOrigins?: readonly string[]
}

/**
 * Throws if a browser sent the request from a page of another origin that is not trusted. `Sec-Fetch-Site` must be
 * `same-origin` or `none`. Without that header, `Origin` must have the request's host, and also its scheme if `url` or
 * `X-Forwarded-Proto` contains it. A request with neither header does not come from a browser and passes.
 * @throws {SessionError} CROSS_SITE
 * @example assertSameOrigin(request, { trustedOrigins: ['https://www.shop.example'] })
 * @see OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Fetch Metadata headers"
 */
export function assertSameOrigin(request: AnyRequest, { trustedOrigins = [] }: SameOriginOptions = {}): void {
  const headers = headersOf(request)
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  const trusted = checkOrigins(trustedOrigins)
  if (origin !== null && trusted.includes(origin)) return
  const same = site ? site === 'same-origin' || site === 'none' : origin === null || isOwn(origin, headers, request.url)
  if (same) return
  const remedy = 'Send it from a page of this site, or add the origin of that page to trustedOrigins.'
  throw new SessionError('CROSS_SITE', `The request comes from another site. ${remedy}`)
}

/**
 * Returns true if `origin` has the request's host. Also compares the scheme if the request has one, because an attacker may control
 * this host over plain http.
 */
function isOwn(origin: string, headers: Headers, url = ''): boolean {
  // URLs of other schemes all have the origin "null".
  if (!/^https?:/i.test(origin) || !URL.canParse(origin)) return false
  const [forwarded] = headers.get('x-forwarded-proto')?.split(',') ?? []
  const scheme = forwarded?.trim() || /^(https?):/.exec(url)?.[1] || new URL(origin).protocol.slice(0, -1)
  return originOf(`${scheme}://${headers.get('host')}`) === originOf(origin)
}
