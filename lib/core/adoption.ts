/** The cookies of a request, as Next's `cookies()` reads them. */
export interface RequestCookies {
  get(name: string): { readonly name: string; readonly value: string } | undefined
  getAll(): readonly { readonly name: string; readonly value: string }[]
}

/** A session of another library, which Coatcheck continues as its own. */
export interface AdoptedSession {
  /** The logged-in user; null for an anonymous session. */
  readonly userId: string | number | bigint | null
  /** The value that `user.authHash` returns for this user. Required with that option. */
  readonly authHash?: string
  /** The data, in the form that `session.set` accepts. A key whose value is undefined is dropped. @default none */
  readonly data?: Readonly<Record<string, unknown>>
  /**
   * The name of the old cookie. Coatcheck removes it when it stores the session, with the domain and path of the option `cookie`;
   * browsers keep a cookie that was set with another domain or path. Without the name, or if the browser keeps the cookie, the next
   * request after a logout would restore the session.
   */
  readonly cookie?: string | readonly string[]
}

/** The request in which `adopt` looks for a session. */
export interface AdoptRequest {
  readonly cookies: RequestCookies
  readonly headers: Headers
}

/**
 * Finds the session of another library in a request, such as in its cookie or table; null if there is none. It must
 * check the signature and the expiry of the old session.
 */
export type Adopt = (request: AdoptRequest) => AdoptedSession | null | undefined | Promise<AdoptedSession | null | undefined>
