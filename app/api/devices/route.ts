import { SessionError } from 'coatcheck'
import { listDevices } from '../../account/sessions/list-devices'
import { getSession, sessions } from '../../sessions'

/** Returns the ids of the user's sessions. The devices page compares them with those that it shows. */
export const GET = sessions.handler(async () => {
  const { userId } = await getSession()
  if (userId === null) throw new SessionError('UNAUTHENTICATED', 'You must be logged in to list your devices.')
  const rows = await listDevices(userId)
  return Response.json(rows.map(({ id }) => id).sort())
})
