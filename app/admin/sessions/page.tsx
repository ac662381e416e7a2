import type { Metadata } from 'next'
import { endSessionAction } from '../../actions'
import { requireUser, sessions } from '../../sessions'
import { findUser } from '../../users'
import { When } from '../../when'

export const metadata: Metadata = { title: 'Sessions' }
export const instant = false

export default async function SessionsPage() {
  const session = await requireUser({ returnTo: '/admin/sessions' })
  const user = await findUser(session.userId)
  if (user?.role !== 'admin') return <p role="alert">This page is for admins only.</p>
  const [rows, count] = await Promise.all([sessions.list({ limit: 50 }), sessions.count()])
  return (
    <>
      <h1>Sessions</h1>
      <p className="soft">{count} active; the newest 50.</p>
      <div className="card scroll">
        <table>
          <thead>
            <tr>
              <th>Id</th>
              <th>User</th>
              <th>Created</th>
              <th>Last seen</th>
              <th>Ends</th>
              <th>
                <span className="soft">End it</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, userId, createdAt, lastSeenAt, expiresAt, current }) => (
              <tr key={id}>
                <td className="mono">{id}</td>
                <td className="mono">{userId ?? 'anonymous'}</td>
                <td>
                  <When at={createdAt} />
                </td>
                <td>
                  <When at={lastSeenAt} />
                </td>
                <td>
                  <When at={expiresAt} />
                </td>
                <td>
                  <form action={endSessionAction}>
                    <input type="hidden" name="id" value={id} />
                    <button type="submit" className="quiet" aria-label={`End session ${id}`}>
                      {current ? 'End (this one)' : 'End'}
                    </button>
                  </form>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
