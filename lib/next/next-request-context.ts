import type { RequestContext, SessionContext } from '../core/session/request-context.ts'
import type { Client } from '../core/store/stored-session.ts'
import { clientOf } from '../web/client-info.ts'
import { platform } from './platform.ts'
import { requests } from './requests.ts'
import { responseCookies } from './response-cookies.ts'

/** This is a class, because an object literal with a getter for each request costs more. */
export class NextRequestContext implements RequestContext {
  readonly #options: SessionContext['options']
  readonly #headers: Headers
  #client: Client | undefined

  constructor({ options }: SessionContext, headers: Headers) {
    this.#options = options
    this.#headers = headers
  }

  responseCookies() {
    return responseCookies(platform(), this.#headers, this.#options.cookie)
  }

  // Computed on demand, because most requests only read.
  get client() {
    this.#client ??= clientOf(this.#headers, this.#options)
    return this.#client
  }

  isShownNow() {
    return isDocumentLoad(this.#headers) && !requests.turnedAway.has(this.#headers)
  }

  later(task: () => Promise<void>) {
    try {
      platform().after(task)
    } catch {
      // Next has no after() inside a private cache. The task is skipped; the next visit runs it.
    }
  }
}

/**
 * Browsers without `Sec-Fetch-Dest` (Safari before 16.4, any browser over plain http) ask for HTML; the router's
 * fetches do not.
 */
function isDocumentLoad(headers: Headers): boolean {
  const destination = headers.get('sec-fetch-dest')
  const isDocument = destination === null ? headers.get('accept')?.includes('text/html') : destination === 'document'
  return isDocument === true && !headers.has('sec-purpose') && !headers.has('purpose')
}
