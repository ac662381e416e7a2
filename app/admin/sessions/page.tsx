import { SessionAdmin } from 'coatcheck/admin'
import { LastRequests } from '../../requests/last-requests'
import { sessions } from '../../sessions'
import { findUsernames } from '../../users'
import { authorize } from '../authorize'
import { adminAction } from './actions'

export const metadata = { title: 'Sessions' }
export const instant = false

export default function SessionsPage({ searchParams }: PageProps<'/admin/sessions'>) {
  const admin = { sessions, authorize, searchParams, action: adminAction, userNames: findUsernames, showFlashes: false }
  return [<SessionAdmin key="admin" {...admin} />, <LastRequests key="requests" />]
}
