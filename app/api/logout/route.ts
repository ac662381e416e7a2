import { getSession, sessions } from '../../sessions'
import { sessionAnswer } from '../session/answer'

export const POST = sessions.handler(async () => {
  const session = await getSession()
  await session.logout()
  return sessionAnswer()
})
