import { SessionError } from '../core/errors.ts'
import { privateResponse } from '../web/private-response.ts'
import { assertSameOrigin } from '../web/same-origin.ts'
import { withBasePath } from './base-path.ts'
import { isNextSignal } from './platform.ts'

/** A route handler as Next calls it: with a `Request` or `NextRequest`, and the context of a dynamic route. */
export type HandlerFunction<Incoming extends Request, Args extends readonly unknown[], Result = Response | Promise<Response>> = (
  request: Incoming,
  ...args: Args
) => Result

/** Implements `sessions.handler`. */
export function sessionHandler<Incoming extends Request, Args extends readonly unknown[]>(
  fn: HandlerFunction<Incoming, Args>,
  trustedOrigins: () => readonly string[] = () => [],
): HandlerFunction<Incoming, Args, Promise<Response>> {
  return async (request, ...args) => {
    try {
      if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method)) assertSameOrigin(request, { trustedOrigins: trustedOrigins() })
      return privateResponse(await fn(request, ...args))
    } catch (error) {
      return privateResponse(errorResponse(error, request))
    }
  }
}

function errorResponse(error: unknown, request: Request): Response {
  if (error instanceof SessionError) {
    if (error.status < 500) return failure(error.status, error.code, error.message)
    console.error(`coatcheck: ${error.code}: ${error.message}`)
    // A fault of the app or its configuration belongs in its log, not in the response.
    return failure(error.status, error.code, error.status === 500 ? 'The server log has the details.' : error.message)
  }
  if (isNextSignal(error)) return signalResponse(error, request)
  console.error(error)
  return failure(500, 'INTERNAL', 'Something went wrong.')
}

/**
 * Returns the response for notFound(), forbidden(), unauthorized() and redirect(), because Next's own response to the first three
 * drops the cookies, and that to redirect() lacks the Cache-Control. Rethrows Next's other signals.
 */
function signalResponse(signal: Error & { readonly digest: string }, request: Request): Response {
  const [, status] = /^NEXT_HTTP_ERROR_FALLBACK;(\d{3})$/.exec(signal.digest) ?? []
  if (status) {
    const code = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN' }[Number(status)] ?? 'NOT_FOUND'
    return failure(Number(status), code, `HTTP ${status}`)
  }
  const [, location, redirectStatus] = /^NEXT_REDIRECT;\w+;(.*);(\d{3});$/.exec(signal.digest) ?? []
  if (location === undefined) throw signal
  const { nextUrl } = request as { nextUrl?: { basePath?: string } }
  const target = withBasePath(location, nextUrl?.basePath || undefined)
  return new Response(null, { status: Number(redirectStatus), headers: { location: encoded(target) } })
}

/** Percent-encodes the URL, because a header contains ASCII only. */
function encoded(location: string): string {
  return location.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURI)
}

function failure(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status })
}
