/** What a request was for; `message`: to say that a flash was shown. */
export type RequestKind = 'message' | 'page' | 'navigation' | 'prefetch' | 'action' | 'handler'

/** What became of the session cookie: `same` sends the token that came in once more. */
export type CookieOutcome = 'none' | 'new' | 'same' | 'removed'

/** What happened in one request. No value of a cookie and no parameter of a statement is ever in it. */
export interface RequestRecord {
  /** Random: whoever knows it may see this record. */
  readonly id: string
  readonly method: string
  readonly path: string
  readonly kind: RequestKind
  /** The text of each statement, oldest first. */
  readonly statements: readonly string[]
  /** null while the answer is on its way. */
  readonly end: RequestEnd | null
}

/** How it ended. */
export interface RequestEnd {
  /** null if the browser gave up before there was one. */
  readonly status: number | null
  readonly milliseconds: number
  readonly cookie: CookieOutcome
  /** The cookie's attributes, such as HttpOnly; empty if none was sent. */
  readonly attributes: readonly string[]
}
