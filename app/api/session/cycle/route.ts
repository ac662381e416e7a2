import { getSession, sessions } from '../../../sessions'
import { sessionAnswer } from '../answer'

export const POST = sessions.handler(async () => {
  const session = await getSession()
  await session.cycleKey()
  return sessionAnswer()
})
