import fc from 'fast-check'

/** A hostile request. It must not create a session, so it contains no data that an anonymous visitor may store. */
export interface HostileRequest {
  readonly kind: 'cookie' | 'body' | 'headers' | 'method' | 'path' | 'action' | 'raw'
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** True if Next or React itself responds with 500, before any code of the app or the library runs. */
  readonly refusedByNext?: boolean
}

/** A request without its kind. */
export type Sending = Omit<HostileRequest, 'kind'>

/** A text in every kind of request. It must not appear in any output. */
export const marker = 'HOSTILE-MARKER-93b1'

/** The values from which requests are made. */
export interface Material {
  /** The token of a live session. It must not be sent unchanged. */
  readonly token: string
  /** Well-formed tokens with another secret or for another cookie. */
  readonly foreign: readonly string[]
  /** The ids of the app's actions. */
  readonly actionIds: readonly string[]
}

/** Texts for any position. */
export const junk = fc.constantFrom(
  '',
  '0',
  marker,
  '"',
  "'",
  '\\',
  '%00',
  '%',
  '%ff',
  '{}',
  '..',
  'null',
  'a'.repeat(3000),
  '\u00e9\u00ff',
  '=;,',
  '$&',
)
/** Pages of the app, and an unknown one. */
export const pages = ['/', '/shop', '/login', '/account', '/admin/sessions', '/nowhere']
const routes = ['/api/session', '/api/session/increment', '/api/session/cycle', '/api/session/expiry', '/api/login', '/api/logout']
/** A path of the app. Pages are rare, because a page takes about ten times longer than a handler or a redirect of the guard. */
export const anyPath = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...routes) },
  { weight: 3, arbitrary: fc.constantFrom('/account', '/admin/sessions') },
  { weight: 1, arbitrary: fc.constantFrom(...pages) },
)
/** Methods that only read. */
export const reading = fc.constantFrom('GET', 'GET', 'GET', 'HEAD')
