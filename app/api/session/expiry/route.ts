import type { Duration } from 'coatcheck'
import { getSession, sessions } from '../../../sessions'
import { jsonObject, sessionResponse } from '../response'

/** Sets the expiry. `value` is seconds, a duration such as "2h", a date in ISO 8601, or null for the default. */
export const POST = sessions.handler(async (request) => {
  const { value } = await jsonObject(request)
  const isDate = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value)
  const session = await getSession()
  // setExpiry rejects any other value with a message that names it.
  await session.setExpiry(isDate ? new Date(value) : (value as Duration | null))
  return sessionResponse()
})
