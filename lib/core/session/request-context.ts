import type { CookieOpener } from '../cookie/carrier.ts'
import type { ResolvedOptions, ResolvedServerOptions, SessionEvent } from '../options.ts'
import type { Codec } from '../data/schema.ts'
import type { Client, SessionStore } from '../store/store.ts'

/** The request that a session serves, as far as the core needs to know it. */
export interface RequestContext {
  /** Where cookies go. Called by each writer at once, since the answer depends on where its caller stands. */
  responseCookies(): Promise<ResponseCookies>
  /** The browser, as far as it is recorded. */
  readonly client: Client
  /** Whether a browser loads a document to show it now: not ahead of time, not for the router, and not to be sent elsewhere. */
  isSeen(): boolean
  /** Runs `task` once the response is sent; not at all where that is impossible. */
  later(task: () => Promise<void>): void
}

/** The response's cookies, for the one cookie that carries the session. */
export interface ResponseCookies {
  /** Where its caller stands, if no cookie can be set there; null in server actions and route handlers. */
  readonly readOnlyContext: string | null
  /** Whether a server action runs that the router called: then sending the cookie drops what the router has prefetched. */
  readonly inAction: boolean
  /** Sets the cookie; without `maxAgeSeconds` it goes when the browser closes. */
  send(token: string, maxAgeSeconds: number | undefined): void
  clear(): void
  /** Re-renders the page the action was called from, leaving the router's cache as it is; null where Next cannot (15.5). */
  readonly refreshPage: (() => void) | null
}

/** Hashes, MACs and randomness: Node's `crypto` on the server. */
export interface Cryptography {
  randomBytes(length: number): Uint8Array
  /** The token hash of a secret: the first 128 bits of its SHA-256, as a UUID. */
  tokenHash(secret: string): string
  /** HMAC-SHA-256 under the first secret, in base64url. */
  sign(input: string): string
  /** Whether `mac` is that of `input` under any secret; takes the same time for each wrong one. */
  verify(input: string, mac: string): boolean
}

/** What the sessions of one `createSessions` share. */
export interface SessionContext {
  readonly store: SessionStore
  /** Opens the store of one request, if sessions are kept in cookies. */
  readonly openCookie: CookieOpener | null
  readonly options: ResolvedOptions & ResolvedServerOptions
  readonly codec: Codec
  readonly cryptography: Cryptography
  /** Milliseconds since the epoch: for ids and tidying only, never to judge expiry. */
  readonly now: () => number
  readonly emit: (event: SessionEvent) => void
  /** Called after each write: tidies up now and then. */
  readonly afterWrite: (visit: RequestContext) => void
}

/** What a writer does beside writing, in a server action. */
export interface WriteOptions {
  /**
   * After a server action that changed the session, every page must show it. Default: the action sends the session cookie again,
   * upon which Next drops what its router has prefetched. `'page'`: only the current page is rendered again; prefetched and
   * privately cached pages may stay old; on Next 15.5, which cannot do that, it is the default. `false`: neither.
   */
  refresh?: 'page' | false
}
