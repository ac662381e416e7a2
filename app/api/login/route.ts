import { SessionError } from 'coatcheck'
import { getSession, sessions } from '../../sessions'
import { authenticate } from '../../users'
import { invalidBody, jsonObject, sessionAnswer } from '../session/answer'

export const POST = sessions.handler(async (request) => {
  const { username, password } = await jsonObject(request)
  if (typeof username !== 'string' || typeof password !== 'string')
    throw invalidBody('Send { "username": text, "password": text }.')
  const user = await authenticate(username, password)
  if (!user) throw new SessionError('UNAUTHENTICATED', 'No such user, or another password.')
  const session = await getSession()
  await session.login(user.id)
  return sessionAnswer()
})
