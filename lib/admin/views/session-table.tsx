import { Button, Group, Paper, Stack, Table, TableTbody, TableTd, TableTr, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { formatBytes, shortId } from '../../core/administration/format.ts'
import { type Address, addressFields, defaultAddress, printAddress } from '../address.ts'
import { deviceText } from '../queries/device.ts'
import type { SessionSummary } from '../queries/summary.ts'
import { Badge, Dimmed, Time } from '../ui/elements.tsx'
import { HiddenFields } from '../ui/hidden-fields.tsx'
import { QueryButton, QueryLink } from '../ui/link.tsx'
import { SessionTableHead } from './session-table-head.tsx'

interface TableProps {
  readonly rows: readonly SessionSummary[]
  /** The display names of users, by user id. */
  readonly names: ReadonlyMap<string, string>
  /** The address of the page of the list. */
  readonly address: Address
  readonly now: Date
}

/** The rows of one page of the list, with bulk actions. The form only leads to the confirmation page; it changes nothing. */
export function SessionTable({ rows, names, address, now }: TableProps) {
  return (
    <form>
      <HiddenFields fields={addressFields(address)} />
      <Paper
        withBorder
        p={0}
        component="section"
        aria-label="List of sessions"
        tabIndex={0}
        style={{ overflowX: 'auto', position: 'relative' }}
      >
        <Table verticalSpacing="xs" style={{ whiteSpace: 'nowrap' }}>
          <SessionTableHead address={address} />
          <TableTbody>
            {rows.map((row) => (
              <Row key={row.id} row={row} names={names} address={address} now={now} />
            ))}
          </TableTbody>
        </Table>
      </Paper>
      <BulkActions address={address} />
    </form>
  )
}

function BulkActions({ address }: { address: Address }) {
  return (
    <Group mt="sm" gap="xs">
      <Button type="submit" name="confirm" value="selected" variant="default" size="compact-md">
        Revoke selected…
      </Button>
      <QueryButton query={printAddress({ ...address, confirm: 'others' })} variant="default" size="compact-md">
        Revoke all other sessions…
      </QueryButton>
      <QueryButton query={printAddress({ ...address, confirm: 'expired' })} variant="default" size="compact-md">
        Delete expired…
      </QueryButton>
    </Group>
  )
}

function Row({ row, names, address, now }: Omit<TableProps, 'rows'> & { row: SessionSummary }) {
  const { id, userId, ip, userAgent, dataBytes, createdAt, lastSeenAt, expiresAt } = row
  const user = userId === null ? <Dimmed>anonymous</Dimmed> : <User id={userId} name={names.get(userId)} />
  return (
    <TableTr>
      <TableTd>
        <input type="checkbox" name="ids" value={id} aria-label={`Select session ${shortId(id)}`} />
      </TableTd>
      <TableTd>
        <SessionLink row={row} address={address} />
        <NarrowDetails row={row} user={user} now={now} />
      </TableTd>
      <TableTd visibleFrom="sm">{user}</TableTd>
      <TableTd visibleFrom="sm">
        <Group gap="xs" wrap="nowrap">
          {deviceText(userAgent)}
          {row.deviceBound && <Badge>bound</Badge>}
        </Group>
      </TableTd>
      <TableTd visibleFrom="sm">
        <Time at={lastSeenAt} now={now} />
      </TableTd>
      <TableTd visibleFrom="md">
        <Time at={createdAt} now={now} />
      </TableTd>
      <TableTd visibleFrom="md">{row.active ? <Time at={expiresAt} now={now} /> : <Dimmed>expired</Dimmed>}</TableTd>
      <TableTd visibleFrom="lg">{ip ?? <Dimmed>–</Dimmed>}</TableTd>
      <TableTd visibleFrom="lg" ta="right">
        {formatBytes(dataBytes)}
      </TableTd>
      <TableTd>
        <RevokeLink id={id} address={address} />
      </TableTd>
    </TableTr>
  )
}

function SessionLink({ row: { id, current }, address }: { row: SessionSummary; address: Address }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <QueryLink query={printAddress({ ...address, id })} ff="monospace" fz="sm" title={id}>
        {shortId(id)}
      </QueryLink>
      {current && <Badge>current</Badge>}
    </Group>
  )
}

/** Leads to the confirmation page. */
function RevokeLink({ id, address }: { id: string; address: Address }) {
  return (
    <QueryLink
      query={printAddress({ ...defaultAddress, ...address, confirm: 'selected', ids: [id] })}
      aria-label={`Revoke session ${id}`}
      fz="inherit"
    >
      Revoke…
    </QueryLink>
  )
}

/** Shows the user, the device and the last use below the id, because narrow screens have no room for these columns. */
function NarrowDetails({ row, user, now }: { row: SessionSummary; user: ReactNode; now: Date }) {
  const { userAgent, deviceBound, lastSeenAt, active } = row
  return (
    <Stack gap={2} mt={4} hiddenFrom="sm" style={{ whiteSpace: 'normal' }}>
      <div>{user}</div>
      <Text size="sm" c="dimmed">
        {deviceText(userAgent)}
        {deviceBound && ' (bound)'}, {active ? <Time at={lastSeenAt} now={now} /> : 'expired'}
      </Text>
    </Stack>
  )
}

/** Longer user ids are shortened. */
const maxIdLength = 20

/** The user's name, or a shortened id. */
function User({ id, name }: { id: string; name: string | undefined }) {
  return <span title={id}>{name ?? (id.length > maxIdLength ? shortId(id) : id)}</span>
}
