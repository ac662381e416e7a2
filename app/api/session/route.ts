import { getSession, sessions } from '../../sessions'
import { jsonObject, sessionAnswer } from './answer'

export const GET = sessions.handler(sessionAnswer)

export const PATCH = sessions.handler(async (request) => {
  const values = await jsonObject(request)
  const session = await getSession()
  await session.set(values)
  return sessionAnswer()
})

/** Deletes the key named by `?key=`, else ends the session. */
export const DELETE = sessions.handler(async (request) => {
  const key = new URL(request.url).searchParams.get('key')
  const session = await getSession()
  await (key === null ? session.flush() : session.delete(key))
  return sessionAnswer()
})
