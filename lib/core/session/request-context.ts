import type { CarriedSession, SessionCarrier } from '../cookie/carrier.ts'
import type { Cryptography } from '../cookie/token-carrier.ts'
import type { Codec } from '../data/schema.ts'
import type { ResolvedOptions, ResolvedServerOptions, SessionEvent } from '../options.ts'
import type { Client } from '../store/store.ts'

/** The parts of a request that the session depends on. */
export interface RequestContext {
  /** Returns the response's cookies. Each writer calls it at once, because the result depends on the code that calls it. */
  responseCookies(): Promise<ResponseCookies>
  /** The browser, as far as it is recorded. */
  readonly client: Client
  /** Returns true if a browser loads this document to show it now: not ahead of time, not for the router, not before a redirect. */
  isShownNow(): boolean
  /** Runs `task` after the response is sent. Does not run it where Next cannot. */
  later(task: () => Promise<void>): void
}

/** The session's cookie on the response. */
export interface ResponseCookies {
  /** Where the calling code runs, if no cookie can be set there; null in server actions and route handlers. */
  readonly readOnlyContext: string | null
  /** True in a server action that the router called. */
  readonly inAction: boolean
  /** Sets the cookie. Without `maxAgeSeconds` it expires when the browser closes. */
  send(value: string, maxAgeSeconds: number | undefined): void
  clear(): void
  /**
   * Makes every page current: Next drops what its router has prefetched when an action changes any cookie. So this clears a
   * cookie that never exists, and leaves the session's cookie to a login that another tab may have made.
   */
  refreshPages(): void
  /** Re-renders the page that called the action and keeps the router's cache; null where Next has no such function (15.5). */
  readonly refreshPage: (() => void) | null
}

/** The parts that all sessions of one `createSessions` share. */
export interface SessionContext {
  readonly carrier: SessionCarrier
  readonly options: ResolvedOptions & ResolvedServerOptions
  readonly codec: Codec
  readonly cryptography: Cryptography
  /** Milliseconds since the epoch. Only for ids and cleanup, never to judge expiry. */
  readonly now: () => number
  readonly emit: (event: SessionEvent) => void
  /** Called after each write. Occasionally deletes expired sessions. */
  readonly afterWrite: (request: RequestContext) => void
}

/** The parts that one session object depends on. */
export interface SessionScope {
  readonly context: SessionContext
  readonly carried: CarriedSession
  readonly request: RequestContext
}

/** The options of a writer. */
export interface WriteOptions {
  /**
   * How the pages show what a server action has changed. By default, Next drops what its router has prefetched, so every page
   * is current. `'page'` re-renders only the current page; prefetched and privately cached pages may be stale. On Next 15.5,
   * which cannot do that, it does the same as the default. `false` does neither.
   */
  refresh?: 'page' | false
}
