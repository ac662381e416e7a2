import { requireUser } from '../sessions'
import { findUser } from '../users'

/** Returns true if the current user is an admin. Redirects anonymous visitors to the login page. */
export async function authorize(): Promise<boolean> {
  const session = await requireUser({ returnTo: '/admin/sessions' })
  const user = await findUser(session.userId)
  return user?.role === 'admin'
}
