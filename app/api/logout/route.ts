import { getSession, sessions } from '../../sessions'
import { sessionResponse } from '../session/response'

export const POST = sessions.handler(async () => {
  const session = await getSession()
  await session.logout()
  return sessionResponse()
})
