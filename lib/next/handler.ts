import { SessionError } from '../core/errors.ts'
import { isNextSignal } from './platform.ts'
import { assertSameOrigin } from '../web/same-origin.ts'

/** A route handler, as Next calls it: with a `Request` or `NextRequest`, and the context of a dynamic route. */
export type HandlerFunction<Incoming extends Request, Args extends readonly unknown[], Answer = Response | Promise<Response>> = (
  request: Incoming,
  ...args: Args
) => Answer

/** The wrapper that `sessions.handler` is. */
export function sessionHandler<Incoming extends Request, Args extends readonly unknown[]>(
  fn: HandlerFunction<Incoming, Args>,
): HandlerFunction<Incoming, Args, Promise<Response>> {
  return async (request, ...args) => {
    try {
      if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method)) assertSameOrigin(request)
      return unshared(await fn(request, ...args))
    } catch (error) {
      return unshared(answerTo(error))
    }
  }
}

function answerTo(error: unknown): Response {
  if (error instanceof SessionError) {
    if (error.status < 500) return failure(error.status, error.code, error.message)
    console.error(`coatcheck: ${error.code}: ${error.message}`)
    // What is wrong with the app or its configuration is for its log, not for strangers.
    return failure(error.status, error.code, error.status === 500 ? "The server's log says what is wrong." : error.message)
  }
  // notFound(), forbidden() and unauthorized() would drop the cookies; redirect() and Next's own signals must pass.
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

function unshared(response: Response): Response {
  const copy = new Response(response.body, response) // a handler may answer with a response whose headers are immutable
  copy.headers.set('cache-control', 'private, no-store')
  copy.headers.append('vary', 'Cookie')
  return copy
}
