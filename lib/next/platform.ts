import * as nextCache from 'next/cache.js'
import { cookies, headers } from 'next/headers.js'
import { after } from 'next/server.js'

/** The parts of Next that a request uses. `coatcheck/testing` replaces them with a fake. */
export interface Platform {
  /** Returns the same object throughout a request, so it identifies the request. */
  headers(): Promise<Headers>
  cookies(): Promise<PlatformCookies>
  after(task: () => Promise<void>): void
  /** Stops a prerender at this call. Resolves at once in a real request. */
  io(): Promise<void> | undefined
  /** Re-renders the page that called the action; null on versions of Next without `refresh`. */
  readonly refresh: (() => void) | null
  /** Throws Next's redirect, which stops the render or handler. */
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

// Next has `io` since 16.3 and `refresh` since 16.0. Older versions need no `io`, because they do not prerender for
// each session.
const { io, refresh } = nextCache as { io?: () => Promise<void>; refresh?: () => void }

const next: Platform = {
  headers,
  cookies,
  after,
  io: () => io?.(),
  refresh: refresh ?? null,
  // Imported without an extension, so that bundlers choose the server's version, and on demand, because plain Node
  // cannot find it.
  redirect: async (path) => (await import('next/navigation')).redirect(path),
}

/**
 * Returns true if Next itself threw `error`, for example to redirect or to stop a prerender. Such errors have a digest
 * and must pass.
 */
export function isNextSignal(error: unknown): error is Error & { readonly digest: string } {
  return error instanceof Error && 'digest' in error && typeof error.digest === 'string'
}

/**
 * The global that holds the fake request of `coatcheck/testing`. A global, because a bundler may load this module more
 * than once.
 */
export const fakePlatformKey = Symbol.for('coatcheck.fake-platform')

/** Returns the platform of the current request. */
export function platform(): Platform {
  const { [fakePlatformKey]: fake } = globalThis as { [fakePlatformKey]?: () => Platform | undefined }
  return fake?.() ?? next
}
