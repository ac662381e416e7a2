import { requireUser } from '../sessions'
import { findUser } from '../users'

/** Whether the visitor is an admin; sends strangers to the login page. */
export async function authorize(): Promise<boolean> {
  const session = await requireUser({ returnTo: '/admin/sessions' })
  const user = await findUser(session.userId)
  return user?.role === 'admin'
}
