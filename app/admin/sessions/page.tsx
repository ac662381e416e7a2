import type { Metadata } from 'next'
import { endSessionAction } from '../../actions'
import { requireUser, sessions } from '../../sessions'
import { findUser, findUsernames } from '../../users'
import { When } from '../../when'

export const metadata: Metadata = { title: 'Sessions' }
export const instant = false

export default async function SessionsPage() {
  const session = await requireUser({ returnTo: '/admin/sessions' })
  const user = await findUser(session.userId)
  if (user?.role !== 'admin') return <p role="alert">This page is for admins only.</p>
  const [rows, count] = await Promise.all([sessions.list({ limit: 50 }), sessions.count()])
  const names = await findUsernames(rows.flatMap(({ userId }) => userId ?? []))
  return (
    <>
      <h1>Sessions</h1>
      <p className="soft">{count} active; the newest 50.</p>
      <div className="card scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">End it</th>
              <th scope="col">User</th>
              <th scope="col">Last seen</th>
              <th scope="col">Created</th>
              <th scope="col">Ends</th>
              <th scope="col">Id</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, userId, createdAt, lastSeenAt, expiresAt, current }) => (
              <tr key={id}>
                <td>
                  <form action={endSessionAction}>
                    <input type="hidden" name="id" value={id} />
                    <button type="submit" className="quiet" aria-label={`End session ${id}`}>
                      {current ? 'End (this one)' : 'End'}
                    </button>
                  </form>
                </td>
                <td>{userId === null ? <span className="soft">anonymous</span> : (names.get(userId) ?? userId)}</td>
                <td>
                  <When at={lastSeenAt} />
                </td>
                <td>
                  <When at={createdAt} />
                </td>
                <td>
                  <When at={expiresAt} />
                </td>
                <td className="mono">{id}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
