import { Alert, Group, Text } from '@mantine/core'
import { type Address, firstPage, listOf, printAddress } from './address.ts'
import type { Admin } from './admin.ts'
import { Filters } from './filters.tsx'
import { Heading } from './heading.tsx'
import { QueryButton, QueryLink } from './link.tsx'
import { type Page, pageAt } from './pages.ts'
import { SessionTable } from './table.tsx'
import { sessionsText } from './words.ts'

/** Every session, a page at a time. */
export async function listView({ sessions, address, userNames, now }: Admin) {
  const page = await pageAt(sessions, address)
  const names = await userNames([...new Set(page.rows.flatMap(({ userId }) => userId ?? []))])
  const here = listOf(address)
  return (
    <>
      <Heading view="list" />
      <Filters address={address} />
      {address.user && <OfUser address={here} name={names.get(address.user) ?? address.user} />}
      {page.rows.length > 0 ? (
        <SessionTable rows={page.rows} names={names} address={here} now={now} />
      ) : (
        <Alert>
          No session here. {address.after && <QueryLink query={printAddress(firstPage(address))}>To the newest</QueryLink>}
        </Alert>
      )}
      <Pager page={page} address={here} />
    </>
  )
}

function OfUser({ address, name }: { address: Address; name: string }) {
  return (
    <Group gap="sm">
      <Text>Only sessions of {name}.</Text>
      <QueryLink query={printAddress({ ...firstPage(address), user: '' })}>Everybody's</QueryLink>
      <QueryLink query={printAddress({ ...address, confirm: 'user', of: address.user })}>End all of them…</QueryLink>
    </Group>
  )
}

function Pager({ page: { rows, newer, older }, address }: { page: Page; address: Address }) {
  return (
    <Group justify="space-between" component="nav" aria-label="Pages">
      <Group gap="xs">
        <Step to={newer && firstPage(address)}>Newest</Step>
        <Step to={newer}>Newer</Step>
        <Step to={older}>Older</Step>
      </Group>
      <Text size="sm" c="dimmed">
        {sessionsText(rows.length)} on this page
      </Text>
    </Group>
  )
}

function Step({ to, children }: { to: Address | null; children: string }) {
  if (!to) return null
  return (
    <QueryButton query={printAddress(to)} variant="default" size="compact-md">
      {children}
    </QueryButton>
  )
}
