/** The cookies of a request, as Next's `cookies()` reads them. */
export interface RequestCookies {
  get(name: string): { readonly name: string; readonly value: string } | undefined
  getAll(): readonly { readonly name: string; readonly value: string }[]
}

/** A session of another library, to be continued as one of ours. */
export interface AdoptedSession {
  /** The logged-in user; null for an anonymous session. */
  readonly userId: string | number | bigint | null
  /** The value that `user.authHash` returns for this user. Required with that option. */
  readonly authHash?: string
  /** The data, as `session.set` takes it. @default none */
  readonly data?: Readonly<Record<string, unknown>>
  /**
   * The old cookie. It is removed when the session is stored, with the domain and path of the option `cookie`: browsers
   * keep one that was set with others. Without its name, or if the browser keeps it, the next request would restore the
   * session after a logout.
   */
  readonly cookie?: string | readonly string[]
}

/**
 * Finds the session of another library in a request, such as in its cookie or table; null if there is none. It must
 * check the signature and the expiry of the old session.
 */
export type Adopt = (request: {
  readonly cookies: RequestCookies
  readonly headers: Headers
}) => AdoptedSession | null | undefined | Promise<AdoptedSession | null | undefined>
