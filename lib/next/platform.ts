import * as nextCache from 'next/cache.js'
import { cookies, headers } from 'next/headers.js'
import { after } from 'next/server.js'

/** What Next offers within a request; `coatcheck/testing` puts a fake in its place. */
export interface Platform {
  /** One object for the whole request: it names the request. */
  headers(): Promise<Headers>
  cookies(): Promise<PlatformCookies>
  after(task: () => Promise<void>): void
  /** Ends a prerender here; resolves at once in a real request. */
  io(): Promise<void> | undefined
  /** null where Next has none. */
  readonly refresh: (() => void) | null
  /** Throws Next's redirect, which ends the render or handler. */
  redirect(path: string): Promise<never>
}

/** The part of Next's `cookies()` that the session uses. */
export interface PlatformCookies {
  get(name: string): { readonly value: string } | undefined
  set(cookie: PlatformCookie): unknown
}

/** A cookie to set. */
export interface PlatformCookie {
  readonly name: string
  readonly value: string
  readonly maxAge?: number
  readonly domain?: string
  readonly path: string
  readonly sameSite: 'lax' | 'strict' | 'none'
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly partitioned?: boolean
}

// `io` came with Next 16.3, `refresh` with 16.0: on older ones there is nothing to wait for, and nothing to refresh with.
const { io, refresh } = nextCache as { io?: () => Promise<void>; refresh?: () => void }

const next: Platform = {
  headers,
  cookies,
  after,
  io: () => io?.(),
  refresh: refresh ?? null,
  // Without its extension and only when needed: bundlers put the server's version in its place, which plain Node cannot find.
  redirect: async (path) => (await import('next/navigation')).redirect(path),
}

/** Whether Next itself threw `error`, to redirect, to end a prerender and the like: its signals carry a digest, and must pass. */
export function isNextSignal(error: unknown): error is Error & { readonly digest: string } {
  return error instanceof Error && 'digest' in error && typeof error.digest === 'string'
}

/** Where `coatcheck/testing` leaves the fake request; a global, since a bundler may load this module more than once. */
export const fakePlatformKey = Symbol.for('coatcheck.fake-platform')

/** The platform of the running request. */
export function platform(): Platform {
  const { [fakePlatformKey]: fake } = globalThis as { [fakePlatformKey]?: () => Platform | undefined }
  return fake?.() ?? next
}
