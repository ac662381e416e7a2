import { getSession, sessions } from '../../../sessions'
import { sessionResponse } from '../response'

export const POST = sessions.handler(async () => {
  const session = await getSession()
  await session.cycleKey()
  return sessionResponse()
})
