import { requireUser } from '../sessions'

/** Returns true if the current user is an admin. Redirects anonymous visitors to the login page. */
export async function authorize(): Promise<boolean> {
  const { user } = await requireUser({ returnTo: '/admin/sessions' })
  return user.role === 'admin'
}
