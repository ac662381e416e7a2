import { Table, TableTbody, TableTd, TableTh, TableThead, TableTr } from '@mantine/core'
import type { SessionEvent } from 'coatcheck'
import Link from 'next/link'
import { eventText, type LoggedEvent, loggedEvents, sessionsOf } from '../../events'
import { LastRequests } from '../../requests/last-requests'
import { requireUser } from '../../sessions'
import { Card } from '../../ui/card'
import { PageTitle } from '../../ui/page-title'
import { Timestamp } from '../../ui/timestamp'
import { findUsernames } from '../../users'

export const metadata = { title: 'Events' }
export const instant = false

interface Filter {
  /** The value of `?show=`. */
  readonly name: string
  readonly title: string
  readonly matches: (event: SessionEvent) => boolean
}

const all: Filter = { name: '', title: 'All', matches: () => true }
const filters: readonly Filter[] = [
  all,
  { name: 'logins', title: 'Logins', matches: ({ type }) => type === 'login' },
  { name: 'bound', title: 'Bound', matches: ({ type }) => type === 'bound' },
  { name: 'rejected', title: 'Rejected', matches: ({ type }) => type === 'rejected' },
  { name: 'device', title: 'Rejected: device', matches: (event) => event.type === 'rejected' && event.reason === 'device' },
]

export default async function EventsPage({ searchParams }: PageProps<'/admin/events'>) {
  const { user } = await requireUser({ returnTo: '/admin/events' })
  if (user.role !== 'admin') return <PageTitle title="Events">This page is for admins only.</PageTitle>
  const { show } = await searchParams
  const filter = filters.find(({ name }) => name === show) ?? all
  const events = loggedEvents(filter.matches)
  const users = events.flatMap(({ event }) => sessionsOf(event).flatMap(({ userId }) => userId ?? []))
  const names = await findUsernames([...new Set(users)])
  return (
    <>
      <PageTitle title="Events">
        The last events of this server, from <code>onEvent</code>. “rejected: device” means that a request had the cookies of a
        session but did not come from its device. They may have been stolen.
      </PageTitle>
      <Card title={filter.title}>
        <Filters current={filter} />
        {events.length > 0 ? <Events events={events} names={names} /> : <p>No events.</p>}
      </Card>
      <LastRequests />
    </>
  )
}

function Filters({ current }: { current: Filter }) {
  return (
    <nav aria-label="Filter" className="filters">
      {filters.map((filter) => (
        <Link
          key={filter.name}
          href={filter.name ? `/admin/events?show=${filter.name}` : '/admin/events'}
          aria-current={filter === current ? 'true' : undefined}
        >
          {filter.title}{' '}
        </Link>
      ))}
    </nav>
  )
}

function Events({ events, names }: { events: readonly LoggedEvent[]; names: ReadonlyMap<string, string> }) {
  return (
    <Table fz="sm" horizontalSpacing={4}>
      <TableThead>
        <TableTr>
          <TableTh scope="col">Time</TableTh>
          <TableTh scope="col">Event</TableTh>
          <TableTh scope="col">User</TableTh>
          <TableTh scope="col">Session</TableTh>
        </TableTr>
      </TableThead>
      <TableTbody>
        {events.map(({ number, at, event }) => (
          <TableTr key={number}>
            <TableTd>
              <Timestamp at={at} />
            </TableTd>
            <TableTd>{eventText(event)}</TableTd>
            <TableTd>
              {[...new Set(sessionsOf(event).map(({ userId }) => names.get(userId ?? '') ?? '–'))].join(', ') || '–'}
            </TableTd>
            <TableTd>{sessionsOf(event).map(sessionLink)}</TableTd>
          </TableTr>
        ))}
      </TableTbody>
    </Table>
  )
}

const sessionLink = ({ id }: { readonly id: string }) => (
  <Link key={id} href={`/admin/sessions?id=${id}`}>
    {id.slice(-12)}{' '}
  </Link>
)
