import type { CarriedSession, FoundSession } from '../core/cookie/carrier.ts'
import { SessionRecord } from '../core/session/record.ts'
import type { RequestContext, SessionContext } from '../core/session/request-context.ts'
import { activeStatus, inactiveStatus, isExtensionDue, type SessionStatus } from '../core/session/status.ts'
import { clientOf } from '../web/client-info.ts'
import { type HandlerFunction, sessionHandler } from './handler.ts'
import { platform } from './platform.ts'
import { openCookies, valuesOf } from './request.ts'
import { responseCookies } from './response-cookies.ts'

/**
 * A route handler for GET and POST. It also has GET and POST as properties, so a route file can export both in one
 * line.
 */
export interface StatusHandler extends HandlerFunction<Request, [], Promise<Response>> {
  readonly GET: HandlerFunction<Request, [], Promise<Response>>
  readonly POST: HandlerFunction<Request, [], Promise<Response>>
}

/** The parts of one request that the status handler needs. */
interface StatusRequest {
  readonly context: SessionContext
  readonly headers: Headers
  readonly carried: CarriedSession
}

/** Implements `sessions.statusHandler`. */
export function statusHandler(context: () => SessionContext): StatusHandler {
  const respond = sessionHandler(
    async ({ method }: Request) => {
      const request = await openRequest(context())
      const { found } = request.carried
      if (found === 'rotated' || found === 'device') return unprovenResponse()
      if (found === null || typeof found === 'string') return inactiveResponse(method, found === 'unknown')
      return Response.json(await (method === 'POST' ? extend(request, found) : activeStatus(request.context.options, found.row)))
    },
    () => context().options.trustedOrigins,
  )
  return Object.assign(respond, { GET: respond, POST: respond })
}

/**
 * Reads the session with one statement, or with none if there is no authentic cookie. Unlike `getSession`, it does not
 * record activity.
 */
async function openRequest(context: SessionContext): Promise<StatusRequest> {
  const here = platform()
  const headers = await here.headers()
  const { name } = context.options.cookie
  const values = valuesOf(headers, (await here.cookies()).get(name)?.value, name)
  if (values.length > 0 || (context.adopt && headers.has('cookie'))) await here.io()
  return { context, headers, carried: await openCookies(context, values, headers, requestContext({ context, headers })) }
}

function inactiveResponse(method: string, hasEnded: boolean): Response {
  const isLateExtension = method === 'POST' && hasEnded
  return Response.json(inactiveStatus(hasEnded ? 'ended' : 'anonymous'), { status: isLateExtension ? 409 : 200 })
}

/**
 * The session is still valid and the browser is about to receive the new token or proof, so the visitor need not log in
 * again.
 */
function unprovenResponse(): Response {
  const message = 'The session exists, but its token was just replaced or its device has not proved itself. Ask again.'
  return Response.json({ error: { code: 'INTERRUPTED', message } }, { status: 503, headers: { 'retry-after': '1' } })
}

/** Extends the session if a step is due, and sends the cookie if its value changes. */
async function extend(request: StatusRequest, { row, credential }: FoundSession): Promise<SessionStatus> {
  const { context, headers, carried } = request
  if (!isExtensionDue(context.options, row)) return activeStatus(context.options, row)
  const cookies = await responseCookies(platform(), headers, context.options.cookie)
  const record = new SessionRecord({ context, carried, request: requestContext(request) })
  await record.update({ extendsExpiry: true }, credential)
  if (!record.row || !record.credential) return inactiveStatus('ended')
  if (record.credential.value !== credential.value) {
    cookies.send(record.credential.value, carried.maxAge(record.row, record.credential))
  }
  return activeStatus(context.options, record.row)
}

function requestContext({ context, headers }: Pick<StatusRequest, 'context' | 'headers'>): RequestContext {
  return {
    responseCookies: () => responseCookies(platform(), headers, context.options.cookie),
    client: clientOf(headers, context.options),
    isShownNow: () => false,
    later: () => {},
  }
}
