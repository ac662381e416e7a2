import { sessions } from '../../sessions'

/** The maximum number of other devices on the page. */
export const maxOthers = 20

/**
 * Lists the user's sessions, the last used first. Reads two more than `maxOthers`: the current session, and one that
 * shows that there are further devices.
 */
export function listDevices(userId: string) {
  return sessions.list({ userId, status: 'signedIn', sort: 'lastSeen', limit: maxOthers + 2 })
}
