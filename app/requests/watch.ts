import { randomUUID } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sessionCookieName, tokenIn } from '../session-cookie'
import { keyOf, type OpenRecord, requestLog } from './log'
import type { CookieOutcome, RequestEnd, RequestKind } from './record'

/** What Node tells about a request to any HTTP server in this process. */
type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse }

/** From here on a record of each request goes along with its asynchronous context. */
export function watchRequests(): void {
  // The development server loads this again after a change.
  if (requestLog.watched) return
  requestLog.watched = true
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as Exchange
    // Not through URL, which throws at some: what is thrown here would end the process.
    const path = (request.url ?? '/').replace(/[?#].*/s, '').slice(0, 200)
    // Files of the build, and the list itself.
    if (/^\/(_next|__next|api\/last-requests)|\.\w+$/.test(path)) return requestLog.running.enterWith(null)
    const { record, end } = begin(request, path)
    // After the last byte, or when the browser has given up.
    response.once('close', () => end(response))
    requestLog.running.enterWith(record)
  })
}

function begin(request: IncomingMessage, path: string) {
  const startedAt = process.hrtime.bigint()
  const token = tokenIn(request.headers.cookie)
  const key = keyOf(token)
  let settle = () => {}
  const ended = new Promise<void>((resolve) => {
    settle = resolve
  })
  const { method = 'GET' } = request
  const record: OpenRecord = { id: randomUUID(), method, path, kind: kindOf(request, path), statements: [], end: null, ended }
  // Only a page asks for the record of the request that made it.
  if (record.kind !== 'handler') requestLog.file(record.id, record)
  if (key) requestLog.file(key, record)
  const end = (response: ServerResponse) => {
    const { sent, cookie, attributes } = cookieOf(response, token)
    const milliseconds = Number(process.hrtime.bigint() - startedAt) / 1e6
    record.end = { status: response.headersSent ? response.statusCode : null, milliseconds, cookie, attributes }
    if (cookie === 'new' || cookie === 'removed') requestLog.move(key, keyOf(sent), record)
    settle()
  }
  return { record, end }
}

/** By the headers of browser and router, which Next hides from the app. */
function kindOf({ method, headers }: IncomingMessage, path: string): RequestKind {
  if (path.startsWith('/api/')) return 'handler'
  if (method === 'POST') return 'action'
  const prefetch = headers['next-router-prefetch'] ?? headers['next-router-segment-prefetch'] ?? headers['sec-purpose']
  if (prefetch) return 'prefetch'
  return headers.rsc ? 'navigation' : 'page'
}

interface SentCookie extends Pick<RequestEnd, 'attributes'> {
  readonly cookie: CookieOutcome
  /** The token that went out; null: none. */
  readonly sent: string | null
}

function cookieOf(response: ServerResponse, received: string | null): SentCookie {
  if (!response.headersSent) return { cookie: 'none', sent: null, attributes: [] }
  const line = [response.getHeader('set-cookie') ?? []].flat().findLast((text) => String(text).startsWith(`${sessionCookieName}=`))
  const [pair = '', ...attributes] = String(line ?? '').split(/; */)
  if (!pair) return { cookie: 'none', sent: null, attributes: [] }
  const sent = pair.slice(sessionCookieName.length + 1)
  if (!sent) return { cookie: 'removed', sent: null, attributes }
  return { cookie: sent === received ? 'same' : 'new', sent, attributes }
}
