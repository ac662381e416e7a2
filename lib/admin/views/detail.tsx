import { Alert, Group, SimpleGrid, Stack, Text, Timeline, TimelineItem, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { formatBytes, formatRelativeTime, shortId } from '../../core/administration/format.ts'
import { type Address, defaultAddress, firstPage, listAddress, printAddress } from '../address.ts'
import { findDetail, type SessionDetail } from '../queries/detail.ts'
import { deviceText } from '../queries/device.ts'
import type { SessionSummary } from '../queries/summary.ts'
import type { AdminContext } from '../types.ts'
import { Badge, Card, Mono, Time } from '../ui/elements.tsx'
import { QueryButton, QueryLink } from '../ui/link.tsx'
import { dataCard } from './data-tree.tsx'

/** Renders one session: its details, its timeline, its data and the sessions of its user. */
export async function detailView(admin: AdminContext) {
  const { address, session, now } = admin
  const detail = await findDetail(admin)
  if (!detail) return <NotFound address={address} />
  const { summary, data, userName, userSessions, hasMore } = detail
  const { userId } = summary
  return (
    <>
      <Head row={summary} address={address} userName={userName} isOwn={userId === session.userId} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap="lg">
          <Details row={summary} userName={userName} />
          {userId !== null && <UserSessions rows={userSessions} hasMore={hasMore} userId={userId} shownId={summary.id} now={now} />}
        </Stack>
        <Stack gap="lg">
          <Events row={summary} now={now} />
          {dataCard(data, address)}
        </Stack>
      </SimpleGrid>
    </>
  )
}

function NotFound({ address }: { address: Address }) {
  return (
    <>
      <Title order={1}>Session not found</Title>
      <Alert>The session does not exist. It may have been revoked or deleted, or the URL is wrong.</Alert>
      <Group>
        <BackLink address={address} />
      </Group>
    </>
  )
}

function BackLink({ address }: { address: Address }) {
  return <QueryLink query={printAddress(listAddress(address))}>← All sessions</QueryLink>
}

interface HeadProps extends Pick<SessionDetail, 'userName'> {
  readonly row: SessionSummary
  readonly address: Address
  /** true if the session belongs to the admin who uses the page. */
  readonly isOwn: boolean
}

function Head({ row: { id, userId, active, current, deviceBound }, address, userName, isOwn }: HeadProps) {
  const list = listAddress(address)
  return (
    <Stack gap="sm" align="flex-start">
      <BackLink address={address} />
      <Group>
        <Title order={1}>Session {shortId(id)}</Title>
        <Badge>{active ? 'active' : 'expired'}</Badge>
        {current && <Badge>current</Badge>}
        {deviceBound && <Badge>bound to its device</Badge>}
      </Group>
      <Group gap="xs">
        <QueryButton query={printAddress({ ...list, confirm: 'selected', ids: [id] })}>Revoke this session…</QueryButton>
        {userId !== null && (
          <QueryButton
            query={printAddress({ ...list, confirm: 'user', targetUser: userId })}
            variant="default"
            h="auto"
            mih={36}
            py={8}
            maw="100%"
            styles={{ label: { whiteSpace: 'normal', overflowWrap: 'anywhere', lineHeight: 1.25 } }}
          >
            {isOwn ? 'Revoke all my other sessions…' : `Revoke all sessions of ${userName}…`}
          </QueryButton>
        )}
      </Group>
    </Stack>
  )
}

function Details({ row, userName }: { row: SessionSummary; userName: string | null }) {
  const { id, userId, ip, userAgent, dataBytes } = row
  const details: readonly (readonly [string, ReactNode])[] = [
    ['ID', <Mono key="id">{id}</Mono>],
    ['User', userId === null ? 'anonymous' : userName],
    ...(userId !== null && userName !== userId ? [['User ID', <Mono key="user">{userId}</Mono>] as const] : []),
    ['Device', deviceText(userAgent)],
    ['User agent', userAgent ?? 'not recorded'],
    ['IP address', ip ?? 'not recorded'],
    ['Data size', formatBytes(dataBytes)],
  ]
  return (
    <Card title="Details">
      <dl style={{ display: 'grid', gridTemplateColumns: 'max-content minmax(0, 1fr)', gap: '0.4rem 1rem', margin: 0 }}>
        {details.map(([term, value]) => [
          <Text key={term} component="dt" c="dimmed" size="sm">
            {term}
          </Text>,
          <Text key={`${term}:`} component="dd" m={0} size="sm" style={{ overflowWrap: 'anywhere' }}>
            {value}
          </Text>,
        ])}
      </dl>
    </Card>
  )
}

function Events({ row, now }: { row: SessionSummary; now: Date }) {
  const events = [
    { title: 'Created', at: row.createdAt },
    { title: 'Logged in', at: row.authenticatedAt },
    { title: 'Last seen', at: row.lastSeenAt },
    { title: row.active ? 'Expires' : 'Expired', at: row.expiresAt },
  ].flatMap(({ title, at }) => (at ? [{ title, at }] : []))
  events.sort((a, b) => a.at.getTime() - b.at.getTime())
  const lastPast = row.active ? events.length - 2 : events.length - 1
  return (
    <Card title="Timeline">
      <Timeline active={lastPast} bulletSize={14} lineWidth={2}>
        {events.map(({ title, at }) => (
          <TimelineItem key={title} title={title}>
            <Text size="sm" c="dimmed">
              <Time at={at} />, {formatRelativeTime(at, now)}
            </Text>
          </TimelineItem>
        ))}
      </Timeline>
    </Card>
  )
}

interface UserSessionsProps {
  readonly rows: readonly SessionSummary[]
  readonly hasMore: boolean
  readonly userId: string
  /** The session whose details are shown. */
  readonly shownId: string
  readonly now: Date
}

function UserSessions({ rows, hasMore, userId, shownId, now }: UserSessionsProps) {
  return (
    <Card title="All sessions of this user">
      <ul style={{ margin: 0, paddingLeft: '1.1rem' }}>
        {rows.map(({ id, userAgent, lastSeenAt, active }) => (
          <li key={id}>
            <QueryLink
              query={printAddress({ ...defaultAddress, id })}
              ff="monospace"
              fz="sm"
              aria-current={id === shownId ? 'page' : undefined}
            >
              {shortId(id)}
            </QueryLink>{' '}
            <Text span size="sm">
              {deviceText(userAgent)}, {active ? <Time at={lastSeenAt} now={now} /> : 'expired'}
            </Text>
          </li>
        ))}
      </ul>
      <Text size="sm" mt="sm">
        <QueryLink query={printAddress({ ...firstPage(defaultAddress), user: userId })} fz="sm">
          {hasMore ? 'Show all in the list' : 'Show in the list'}
        </QueryLink>
      </Text>
    </Card>
  )
}
