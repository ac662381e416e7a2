import { SessionError } from '../core/errors.ts'
import { privateResponse } from '../web/private-response.ts'
import { assertSameOrigin } from '../web/same-origin.ts'
import { isNextSignal } from './platform.ts'

/** A route handler as Next calls it: with a `Request` or `NextRequest`, and the context of a dynamic route. */
export type HandlerFunction<Incoming extends Request, Args extends readonly unknown[], Result = Response | Promise<Response>> = (
  request: Incoming,
  ...args: Args
) => Result

/** Implements `sessions.handler`. */
export function sessionHandler<Incoming extends Request, Args extends readonly unknown[]>(
  fn: HandlerFunction<Incoming, Args>,
): HandlerFunction<Incoming, Args, Promise<Response>> {
  return async (request, ...args) => {
    try {
      if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method)) assertSameOrigin(request)
      return privateResponse(await fn(request, ...args))
    } catch (error) {
      return privateResponse(errorResponse(error))
    }
  }
}

function errorResponse(error: unknown): Response {
  if (error instanceof SessionError) {
    if (error.status < 500) return failure(error.status, error.code, error.message)
    console.error(`coatcheck: ${error.code}: ${error.message}`)
    // A fault of the app or its configuration belongs in its log, not in the response.
    return failure(error.status, error.code, error.status === 500 ? 'The server log has the details.' : error.message)
  }
  // notFound(), forbidden() and unauthorized() would drop the cookies. redirect() and Next's other signals must pass.
  if (isNextSignal(error)) {
    const [, status] = /^NEXT_HTTP_ERROR_FALLBACK;(\d{3})$/.exec(error.digest) ?? []
    if (!status) throw error
    return failure(Number(status), { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN' }[Number(status)] ?? 'NOT_FOUND', `HTTP ${status}`)
  }
  console.error(error)
  return failure(500, 'INTERNAL', 'Something went wrong.')
}

function failure(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status })
}
