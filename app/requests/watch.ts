import { randomUUID } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sessionCookieName, tokenIn } from '../session-cookie'
import { keyOf, type OpenRecord, requestLog } from './log'
import type { CookieOutcome, RequestEnd, RequestKind } from './record'

/** The message that Node publishes for a request to any HTTP server in this process. */
type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse }

/** Starts to log requests. Code that runs for a request finds its record in `requestLog.running`. */
export function watchRequests(): void {
  // The development server loads this module again after a change.
  if (requestLog.watched) return
  requestLog.watched = true
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as Exchange
    // URL is not used, because it throws for some paths. An error here would stop the process.
    const path = (request.url ?? '/').replace(/[?#].*/s, '').slice(0, 200)
    // Skips files of the build, the list of requests itself, and the requests that open pages send by themselves.
    if (/^\/(_next|__next|api\/(last-requests|session\/status|devices))|\.\w+$/.test(path))
      return requestLog.running.enterWith(null)
    const { record, end } = start(request, path)
    // Emitted after the last byte, or when the browser cancels the request.
    response.once('close', () => end(response))
    requestLog.running.enterWith(record)
  })
}

function start(request: IncomingMessage, path: string) {
  const startedAt = process.hrtime.bigint()
  const token = tokenIn(request.headers.cookie)
  const key = keyOf(token)
  let settle = () => {}
  const ended = new Promise<void>((resolve) => {
    settle = resolve
  })
  const { method = 'GET' } = request
  const kind = kindOf(request, path)
  const hadCookie = token !== null
  const record: OpenRecord = { id: randomUUID(), method, path, kind, hadCookie, statements: [], end: null, ended }
  // Pages read the record of their own request by its id. Handlers do not, so their records need no id.
  if (record.kind !== 'handler') requestLog.add(record.id, record)
  if (key) requestLog.add(key, record)
  const end = (response: ServerResponse) => {
    const { sent, cookie, attributes } = cookieOf(response, token)
    const milliseconds = Number(process.hrtime.bigint() - startedAt) / 1e6
    record.end = { status: response.headersSent ? response.statusCode : null, milliseconds, cookie, attributes }
    if (cookie === 'new' || cookie === 'removed') requestLog.move(key, keyOf(sent), record)
    settle()
  }
  return { record, end }
}

/** Reads the headers of the browser and the router, because Next hides them from the app. */
function kindOf({ method, headers }: IncomingMessage, path: string): RequestKind {
  if (path.startsWith('/api/')) return 'handler'
  if (method === 'POST') return 'action'
  const prefetch = headers['next-router-prefetch'] ?? headers['next-router-segment-prefetch'] ?? headers['sec-purpose']
  if (prefetch) return 'prefetch'
  return headers.rsc ? 'navigation' : 'page'
}

interface SentCookie extends Pick<RequestEnd, 'attributes'> {
  readonly cookie: CookieOutcome
  /** The token in the response; null if there is none. */
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
