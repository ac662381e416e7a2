import { type Json, type JsonObject, SessionError } from 'coatcheck'
import { getSession } from '../../sessions'

/** Returns the session as JSON. */
export async function sessionResponse(): Promise<Response> {
  const { id, isNew, userId, data, expiryDate } = await getSession()
  return Response.json({ id, isNew, userId, data, expiresAt: expiryDate?.toISOString() ?? null })
}

/**
 * Returns the request's body, which must be a JSON object.
 * @throws {SessionError} DATA_INVALID if it is not.
 */
export async function jsonObject(request: Request): Promise<JsonObject> {
  const body: Json = await request.json().catch(() => null)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as JsonObject
  throw invalidBody('The body is not a JSON object. Send one, such as {"name": "John Doe"}.')
}

/** Returns the error for a request body that is not valid. */
export function invalidBody(message: string): SessionError {
  return new SessionError('DATA_INVALID', message)
}
