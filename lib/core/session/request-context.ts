import type { Adopt } from '../adoption.ts'
import type { CarriedSession, SessionCarrier } from '../cookie/carrier.ts'
import type { DeviceSigner } from '../cookie/device.ts'
import type { Cryptography } from '../cookie/token-carrier.ts'
import type { Codec } from '../data/schema.ts'
import type { SessionEvent } from '../events.ts'
import type { ResolvedOptions, ResolvedServerOptions } from '../options.ts'
import type { Client } from '../store/stored-session.ts'
import type { UserOptions } from '../user-options.ts'
import type { Columns } from './columns.ts'

/** The parts of a request that the session depends on. */
export interface RequestContext {
  /**
   * Returns the response's cookies. Each writer calls it at once, because the result depends on the code that calls it.
   */
  responseCookies(): Promise<ResponseCookies>
  /** The address and the user agent of the client, each null if it is not recorded. */
  readonly client: Client
  /**
   * Returns true if a browser loads this document to show it now. Returns false for prefetches, requests of the router,
   * and redirects.
   */
  isShownNow(): boolean
  /** Runs `task` after the response is sent. Does nothing where Next has no `after`. */
  later(task: () => Promise<void>): void
}

/** The session's cookie on the response. */
export interface ResponseCookies {
  /**
   * The context in which the calling code runs, such as 'while a page renders', if no cookie can be set in it. Null in server
   * actions and route handlers.
   */
  readonly readOnlyContext: string | null
  /** True in a server action that the router called. */
  readonly inAction: boolean
  /** Sets the cookie. Without `maxAgeSeconds` it expires when the browser closes. */
  send(value: string, maxAgeSeconds: number | undefined): void
  clear(): void
  /** Removes another library's cookie. */
  remove(name: string): void
  /**
   * Makes Next refetch every page. Next drops its prefetched pages when an action changes any cookie, so this clears a cookie that
   * never exists. Sending the session's cookie instead could replace the cookie of a login in another tab.
   */
  refreshPages(): void
  /**
   * Re-renders the page that called the action and keeps the router's cache; null where Next has no such function
   * (15.5).
   */
  readonly refreshPage: (() => void) | null
}

/** The parts that all sessions of one `createSessions` share. */
export interface SessionContext {
  readonly carrier: SessionCarrier
  readonly options: ResolvedOptions & ResolvedServerOptions
  readonly codec: Codec
  readonly cryptography: Cryptography
  /** Finds the sessions of another library; null without the option `adopt`. */
  readonly adopt: Adopt | null
  /** Signs the cookies of devices; null without the option `deviceBinding`. */
  readonly deviceSigner: DeviceSigner | null
  /** The loader of users; null without the option `user`. */
  readonly user: UserOptions<unknown> | null
  /** Computes the app's own columns; null without the option `columns`. */
  readonly columns: Columns | null
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
   * Sets which pages Next refetches after a server action. By default, Next drops all pages that its router has prefetched and
   * fetches them again. `'page'` re-renders only the current page; prefetched and privately cached pages may be stale. Next 15.5
   * cannot re-render only one page, so `'page'` has the effect of the default there. `false` refetches no page.
   */
  refresh?: 'page' | false
}
