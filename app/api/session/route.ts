import { getSession, sessions } from '../../sessions'
import { jsonObject, sessionResponse } from './response'

export const GET = sessions.handler(sessionResponse)

export const PATCH = sessions.handler(async (request) => {
  const values = await jsonObject(request)
  const session = await getSession()
  await session.set(values)
  return sessionResponse()
})

/** Deletes the key in `?key=`, or the whole session if there is no `?key=`. */
export const DELETE = sessions.handler(async (request) => {
  const key = new URL(request.url).searchParams.get('key')
  const session = await getSession()
  await (key === null ? session.flush() : session.delete(key))
  return sessionResponse()
})
