import { SimpleGrid } from '@mantine/core'
import type { Metadata } from 'next'
import Link from 'next/link'
import { LastRequests } from '../requests/last-requests'
import { requireUser } from '../sessions'
import { Card } from '../ui/card'
import { PageTitle } from '../ui/page-title'
import { When } from '../ui/when'
import { findUser } from '../users'

export const metadata: Metadata = { title: 'Account' }
export const instant = false

export default async function AccountPage() {
  const session = await requireUser({ returnTo: '/account' })
  const user = await findUser(session.userId)
  return (
    <>
      <PageTitle title={`Hello ${user?.username ?? 'stranger'}`}>
        Only who is logged in sees this page. The guard in middleware.ts turns strangers away before it runs; the page asks once
        more.
      </PageTitle>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Card title="You">
          <dl className="facts">
            <dt>Role</dt>
            <dd>{user?.role ?? 'none'}</dd>
            <dt>Logged in</dt>
            <dd>
              <When at={session.authenticatedAt} />
            </dd>
            <dt>Session</dt>
            <dd>
              <code data-testid="session">{session.id}</code>
            </dd>
          </dl>
        </Card>
        <Card title="Security">
          <ul className="ways">
            <li>
              <Link href="/account/sessions">Your devices</Link> <span className="soft">where you are logged in</span>
            </li>
            <li>
              <Link href="/account/password">Change your password</Link> <span className="soft">if somebody may know it</span>
            </li>
            {user?.role === 'admin' && (
              <li>
                <Link href="/admin/sessions">All sessions</Link> <span className="soft">of everybody, for admins</span>
              </li>
            )}
          </ul>
        </Card>
      </SimpleGrid>
      <LastRequests />
    </>
  )
}
