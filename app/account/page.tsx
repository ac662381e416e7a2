import { SimpleGrid } from '@mantine/core'
import type { Metadata } from 'next'
import Link from 'next/link'
import { LastRequests } from '../requests/last-requests'
import { requireUser } from '../sessions'
import { BoundBadge } from '../ui/bound-badge'
import { Card } from '../ui/card'
import { PageTitle } from '../ui/page-title'
import { Timestamp } from '../ui/timestamp'

export const metadata: Metadata = { title: 'Account' }
export const instant = false

export default async function AccountPage() {
  const session = await requireUser({ returnTo: '/account' })
  const { user } = session
  return (
    <>
      <PageTitle title={`Hello ${user.username}`}>
        You must be logged in to see this page. The guard in middleware.ts redirects anonymous visitors before the page runs. The
        page checks again.
      </PageTitle>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Card title="You">
          <dl className="facts">
            <dt>Role</dt>
            <dd>{user.role}</dd>
            <dt>Logged in</dt>
            <dd>
              <Timestamp at={session.authenticatedAt} />
            </dd>
            <dt>Session</dt>
            <dd>
              <code data-testid="session">{session.id}</code> {session.deviceBound && <BoundBadge />}
            </dd>
          </dl>
        </Card>
        <Card title="Security">
          <ul className="ways">
            <li>
              <Link href="/account/sessions">Your devices</Link> <span className="soft">where you are logged in</span>
            </li>
            <li>
              <Link href="/account/password">Change your password</Link> <span className="soft">if someone else may know it</span>
            </li>
            {user.role === 'admin' && (
              <li>
                <Link href="/admin/sessions">All sessions</Link> <span className="soft">of all users, for admins</span>
              </li>
            )}
          </ul>
        </Card>
      </SimpleGrid>
      <LastRequests />
    </>
  )
}
