import { SessionError } from 'coatcheck'
import { getSession, sessions } from '../../sessions'
import { authenticate } from '../../users'
import { invalidBody, jsonObject, sessionResponse } from '../session/response'

export const POST = sessions.handler(async (request) => {
  const { username, password } = await jsonObject(request)
  if (typeof username !== 'string' || typeof password !== 'string')
    throw invalidBody('The body has no username or no password. Send {"username": string, "password": string}.')
  const user = await authenticate(username, password)
  if (!user) throw new SessionError('UNAUTHENTICATED', 'Wrong username or password.')
  const session = await getSession()
  await session.login(user.id, { authHash: user.passwordHash })
  return sessionResponse()
})
