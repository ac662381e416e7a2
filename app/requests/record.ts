/** The purpose of a request. `message` acknowledges that a flash message was shown. */
export type RequestKind = 'message' | 'page' | 'navigation' | 'prefetch' | 'action' | 'handler'

/** The effect of a response on the session cookie. `same`: it sent the received token again. */
export type CookieOutcome = 'none' | 'new' | 'same' | 'removed'

/** A log entry for one request. It never contains cookie values or statement parameters. */
export interface RequestRecord {
  /** A random id. A browser that sends it may see this record. */
  readonly id: string
  readonly method: string
  readonly path: string
  readonly kind: RequestKind
  /** True if the browser sent a session cookie, valid or not. */
  readonly hadCookie: boolean
  /** The text of each statement, oldest first. */
  readonly statements: readonly string[]
  /** null while the response is pending. */
  readonly end: RequestEnd | null
}

/** The result of a request. */
export interface RequestEnd {
  /** null if the browser cancelled the request before the response. */
  readonly status: number | null
  readonly milliseconds: number
  readonly cookie: CookieOutcome
  /** The cookie's attributes, such as HttpOnly; empty if none was sent. */
  readonly attributes: readonly string[]
}
