import { type Json, type JsonObject, SessionError } from 'coatcheck'
import { getSession } from '../../sessions'

/** The session as the API shows it. */
export async function sessionAnswer(): Promise<Response> {
  const { id, isNew, userId, data, expiryDate } = await getSession()
  return Response.json({ id, isNew, userId, data, expiresAt: expiryDate?.toISOString() ?? null })
}

/** The request's body, which must be a JSON object; rejects with DATA_INVALID. */
export async function jsonObject(request: Request): Promise<JsonObject> {
  const body: Json = await request.json().catch(() => null)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as JsonObject
  throw invalidBody('The body is no JSON object; send one, such as {"name": "John Doe"}.')
}

/** A refusal of what was sent. */
export function invalidBody(message: string): SessionError {
  return new SessionError('DATA_INVALID', message)
}
