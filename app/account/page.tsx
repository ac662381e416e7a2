import type { Metadata } from 'next'
import Link from 'next/link'
import { requireUser } from '../sessions'
import { findUser } from '../users'
import { When } from '../when'

export const metadata: Metadata = { title: 'Account' }
export const instant = false

export default async function AccountPage() {
  const session = await requireUser({ returnTo: '/account' })
  const user = await findUser(session.userId)
  return (
    <>
      <h1>Hello {user?.username ?? 'stranger'}</h1>
      <section className="card">
        <dl>
          <dt>Role</dt>
          <dd>{user?.role ?? 'none'}</dd>
          <dt>Logged in</dt>
          <dd>
            <When at={session.authenticatedAt} />
          </dd>
          <dt>Session</dt>
          <dd className="mono">{session.id}</dd>
        </dl>
      </section>
      {user?.role === 'admin' && (
        <p>
          <Link href="/admin/sessions">All sessions</Link>
        </p>
      )}
    </>
  )
}
