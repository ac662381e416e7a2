import { Alert, Button, Group, Text, TextInput } from '@mantine/core'
import { formatCount, formatNumber } from '../../core/administration/format.ts'
import type { SessionStats } from '../../core/administration/stats.ts'
import { type Address, addressFields, defaultAddress, firstPage, listAddress, printAddress } from '../address.ts'
import { findList, type ListPage } from '../queries/list.ts'
import type { AdminContext } from '../types.ts'
import { Heading } from '../ui/heading.tsx'
import { HiddenFields } from '../ui/hidden-fields.tsx'
import { QueryButton, QueryLink } from '../ui/link.tsx'
import { SessionTable } from './session-table.tsx'

/** Renders one page of the list of sessions. */
export async function listView(admin: AdminContext) {
  const { address, now, sessions } = admin
  const [{ page, names }, stats] = await Promise.all([findList(admin), sessions.stats()])
  const current = listAddress(address)
  return (
    <>
      <Heading view="list" />
      <Filters address={address} stats={stats} />
      {address.user && <UserFilter address={current} name={names.get(address.user) ?? address.user} />}
      {page.rows.length > 0 ? (
        <SessionTable rows={page.rows} names={names} address={current} now={now} />
      ) : (
        <Alert>
          No sessions found. {address.after && <QueryLink query={printAddress(firstPage(address))}>Go to the first page</QueryLink>}
        </Alert>
      )}
      <Pagination page={page} address={current} />
    </>
  )
}

const filters = [
  [null, 'All'],
  ['active', 'Active'],
  ['signedIn', 'Signed in'],
  ['anonymous', 'Anonymous'],
  ['expired', 'Expired'],
] as const

/** The number of sessions that each filter selects. */
const totals: Readonly<Record<(typeof filters)[number][1], (stats: SessionStats) => number>> = {
  All: ({ active, expired }) => active + expired,
  Active: ({ active }) => active,
  'Signed in': ({ signedIn }) => signedIn,
  Anonymous: ({ active, signedIn }) => active - signedIn,
  Expired: ({ expired }) => expired,
}

function Filters({ address, stats }: { address: Address; stats: SessionStats }) {
  const start = firstPage(address)
  // The statistics count all sessions, not those of a search or of one user.
  const isComplete = address.search === '' && address.user === ''
  return (
    <Group justify="space-between" gap="md">
      <Group gap={6} component="nav" aria-label="Filter">
        {filters.map(([status, title]) => (
          <QueryButton
            key={title}
            query={printAddress({ ...start, status })}
            variant={status === address.status ? 'filled' : 'default'}
            size="compact-sm"
            aria-current={status === address.status ? 'true' : undefined}
            scroll={false}
          >
            {title}
            {isComplete && ` ${stats.estimated ? '~' : ''}${formatNumber(totals[title](stats))}`}
          </QueryButton>
        ))}
      </Group>
      <Search address={start} />
    </Group>
  )
}

function Search({ address }: { address: Address }) {
  return (
    <search>
      <form>
        <HiddenFields fields={addressFields({ ...address, search: defaultAddress.search })} />
        <Group gap="xs" wrap="nowrap">
          <TextInput
            type="search"
            name="search"
            defaultValue={address.search}
            key={address.search}
            aria-label="Search"
            placeholder="User ID, session ID or IP"
            size="sm"
            maxLength={255}
          />
          <Button type="submit" variant="default">
            Search
          </Button>
        </Group>
      </form>
    </search>
  )
}

function UserFilter({ address, name }: { address: Address; name: string }) {
  return (
    <Group gap="sm">
      <Text>Only sessions of {name}.</Text>
      <QueryLink query={printAddress({ ...firstPage(address), user: '' })}>Show all users</QueryLink>
      <QueryLink query={printAddress({ ...address, confirm: 'user', targetUser: address.user })}>
        Revoke all sessions of this user…
      </QueryLink>
    </Group>
  )
}

function Pagination({ page: { rows, newer, older }, address }: { page: ListPage; address: Address }) {
  return (
    <Group justify="space-between" component="nav" aria-label="Pagination">
      <Group gap="xs">
        <PageLink to={newer && firstPage(address)}>Newest</PageLink>
        <PageLink to={newer}>Newer</PageLink>
        <PageLink to={older}>Older</PageLink>
      </Group>
      <Text size="sm" c="dimmed">
        {formatCount(rows.length, 'session')} on this page
      </Text>
    </Group>
  )
}

function PageLink({ to, children }: { to: Address | null; children: string }) {
  if (!to) return null
  return (
    <QueryButton query={printAddress(to)} variant="default" size="compact-md">
      {children}
    </QueryButton>
  )
}
