import { Alert, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { type Address, firstPage, home, listOf, printAddress } from './address.ts'
import type { Admin } from './admin.ts'
import { Card } from './card.tsx'
import { dataCard } from './data-tree.tsx'
import { deviceText } from './device.ts'
import { QueryButton, QueryLink } from './link.tsx'
import { Mark } from './mark.tsx'
import { Mono } from './mono.tsx'
import { type ShownSession, withoutData } from './shown.ts'
import { Timeline } from './timeline.tsx'
import { When } from './when.tsx'
import { bytesText, shortId } from './words.ts'

const shownOfUser = 10

/** One session: what it holds, what it lived through, and the other sessions of its user. */
export async function detailView({ sessions, session, address, userNames, now }: Admin) {
  const found = await sessions.get(address.id)
  if (!found) return <NotThere address={address} />
  const row = withoutData(found)
  const { userId } = row
  const names = userId === null ? null : await userNames([userId])
  const name = userId === null ? null : (names?.get(userId) ?? userId)
  const ofUser = userId === null ? [] : await sessions.list({ userId, sort: 'lastSeen', limit: shownOfUser + 1 })
  return (
    <>
      <Head row={row} address={address} name={name} isOwn={userId === session.userId} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap="lg">
          <Facts row={row} name={name} />
          {userId !== null && <OfUser rows={ofUser.map(withoutData)} userId={userId} shown={row.id} now={now} />}
        </Stack>
        <Stack gap="lg">
          <Timeline row={row} now={now} />
          {dataCard(found.data, address)}
        </Stack>
      </SimpleGrid>
    </>
  )
}

function NotThere({ address }: { address: Address }) {
  return (
    <>
      <Title order={1}>No such session</Title>
      <Alert>It has ended, or the address is wrong.</Alert>
      <Group>
        <Back address={address} />
      </Group>
    </>
  )
}

function Back({ address }: { address: Address }) {
  return <QueryLink query={printAddress(listOf(address))}>← All sessions</QueryLink>
}

function Head({ row, address, name, isOwn }: { row: ShownSession; address: Address; name: string | null; isOwn: boolean }) {
  const { id, userId } = row
  const here = { ...listOf(address), confirm: 'end', ids: [id] } as const
  return (
    <Stack gap="sm" align="flex-start">
      <Back address={address} />
      <Group>
        <Title order={1}>Session {shortId(id)}</Title>
        <Mark>{row.active ? 'active' : 'expired'}</Mark>
        {row.current && <Mark>yours</Mark>}
      </Group>
      <Group gap="xs">
        <QueryButton query={printAddress(here)}>End this session…</QueryButton>
        {userId !== null && (
          <QueryButton query={printAddress({ ...listOf(address), confirm: 'user', of: userId })} variant="default">
            {isOwn ? 'End all my other sessions…' : `End all sessions of ${name}…`}
          </QueryButton>
        )}
      </Group>
    </Stack>
  )
}

function Facts({ row: { id, userId, ip, userAgent, dataBytes }, name }: { row: ShownSession; name: string | null }) {
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Id', <Mono key="id">{id}</Mono>],
    ['User', userId === null ? 'anonymous' : name],
    ...(userId !== null && name !== userId ? [['User id', <Mono key="user">{userId}</Mono>] as const] : []),
    ['Device', deviceText(userAgent)],
    ['User agent', userAgent ?? 'not recorded'],
    ['IP address', ip ?? 'not recorded'],
    ['Size', bytesText(dataBytes)],
  ]
  return (
    <Card title="Facts">
      <dl style={{ display: 'grid', gridTemplateColumns: 'max-content minmax(0, 1fr)', gap: '0.4rem 1rem', margin: 0 }}>
        {facts.map(([term, value]) => [
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

function OfUser({ rows, userId, shown, now }: { rows: readonly ShownSession[]; userId: string; shown: string; now: Date }) {
  const hasMore = rows.length > shownOfUser
  return (
    <Card title="All sessions of this user">
      <ul style={{ margin: 0, paddingLeft: '1.1rem' }}>
        {rows.slice(0, shownOfUser).map(({ id, userAgent, lastSeenAt, active }) => (
          <li key={id}>
            <QueryLink
              query={printAddress({ ...home, id })}
              ff="monospace"
              fz="sm"
              aria-current={id === shown ? 'page' : undefined}
            >
              {shortId(id)}
            </QueryLink>{' '}
            <Text span size="sm">
              {deviceText(userAgent)}, {active ? <When at={lastSeenAt} now={now} /> : 'expired'}
            </Text>
          </li>
        ))}
      </ul>
      <Text size="sm" mt="sm">
        <QueryLink query={printAddress({ ...firstPage(home), user: userId })} fz="sm">
          {hasMore ? 'All of them in the list' : 'Show them in the list'}
        </QueryLink>
      </Text>
    </Card>
  )
}
