import { SessionAdmin } from 'coatcheck/admin'
import Link from 'next/link'
import { LastRequests } from '../../requests/last-requests'
import { sessions } from '../../sessions'
import { findUsernames } from '../../users'
import { authorize } from '../authorize'
import { adminAction } from './actions'

export const metadata = { title: 'Sessions' }
export const instant = false

export default function SessionsPage({ searchParams }: PageProps<'/admin/sessions'>) {
  const admin = { sessions, authorize, searchParams, action: adminAction, userNames: findUsernames, showFlashes: false }
  return (
    <>
      <SessionAdmin {...admin} />
      <p className="more">
        <Link href="/admin/events">Events</Link>: logins, revocations and rejected cookies.
      </p>
      <LastRequests />
    </>
  )
}
