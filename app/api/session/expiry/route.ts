import type { Duration } from 'coatcheck'
import { getSession, sessions } from '../../../sessions'
import { jsonObject, sessionAnswer } from '../answer'

/** `value` is seconds, a duration such as "2h", an instant in ISO 8601, or null. */
export const POST = sessions.handler(async (request) => {
  const { value } = await jsonObject(request)
  const isInstant = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value)
  const session = await getSession()
  // Whatever else was sent, setExpiry refuses with a message that names it.
  await session.setExpiry(isInstant ? new Date(value) : (value as Duration | null))
  return sessionAnswer()
})
