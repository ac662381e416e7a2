import fc from 'fast-check'

/** A request that means no good. None of them may begin a session: what a stranger could rightly store is not among them. */
export interface HostileRequest {
  readonly kind: 'cookie' | 'body' | 'headers' | 'method' | 'path' | 'action' | 'raw'
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** Next or React answers it with a 500 by itself, before any code of the app or the library runs. */
  readonly refusedByNext?: boolean
}

/** One that is not sorted yet. */
export type Sending = Omit<HostileRequest, 'kind'>

/** Stands in every kind of request; it must not come out anywhere. */
export const marker = 'HOSTILE-MARKER-93b1'

/** Texts to make requests of. */
export interface Material {
  /** The token of a live session, which must not be sent as it is. */
  readonly token: string
  /** Well made, by others: under another secret or for another cookie. */
  readonly foreign: readonly string[]
  /** The ids of the app's actions. */
  readonly actionIds: readonly string[]
}

/** What fits anywhere, and belongs nowhere. */
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
/** Pages of the app, and one that is not there. */
export const pages = ['/', '/shop', '/login', '/account', '/admin/sessions', '/nowhere']
const routes = ['/api/session', '/api/session/increment', '/api/session/cycle', '/api/session/expiry', '/api/login', '/api/logout']
/** A path of the app. A page costs Next some ten times what a handler or a redirect of the guard does. */
export const anyPath = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...routes) },
  { weight: 3, arbitrary: fc.constantFrom('/account', '/admin/sessions') },
  { weight: 1, arbitrary: fc.constantFrom(...pages) },
)
/** Methods that only read. */
export const reading = fc.constantFrom('GET', 'GET', 'GET', 'HEAD')
