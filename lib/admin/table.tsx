import { Button, Group, Paper, Table, TableTbody, TableTd, TableTh, TableThead, TableTr, Text, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import { type Address, fieldsOf, firstPage, home, printAddress } from './address.ts'
import { deviceText } from './device.ts'
import { HiddenFields } from './hidden-fields.tsx'
import { QueryButton, QueryLink } from './link.tsx'
import { Mark } from './mark.tsx'
import { SelectAll } from './select-all.tsx'
import type { ShownSession } from './shown.ts'
import { When } from './when.tsx'
import { bytesText, shortId } from './words.ts'

/** Characters of a user id that are shown whole. */
const longestUser = 20

interface TableProps {
  readonly rows: readonly ShownSession[]
  /** Of users, by id. */
  readonly names: ReadonlyMap<string, string>
  /** The list that is shown. */
  readonly address: Address
  readonly now: Date
}

/** One line for each session, and what can be done with those that are chosen: the form leads to the question whether to. */
export function SessionTable({ rows, names, address, now }: TableProps) {
  return (
    <form>
      <HiddenFields fields={fieldsOf(address)} />
      <Paper
        withBorder
        p={0}
        component="section"
        aria-label="List of sessions"
        tabIndex={0}
        style={{ overflowX: 'auto', position: 'relative' }}
      >
        <Table verticalSpacing="xs" style={{ whiteSpace: 'nowrap' }}>
          <Head address={address} />
          <TableTbody>
            {rows.map((row) => (
              <Row key={row.id} row={row} names={names} address={address} now={now} />
            ))}
          </TableTbody>
        </Table>
      </Paper>
      <Endings address={address} />
    </form>
  )
}

function Endings({ address }: { address: Address }) {
  return (
    <Group mt="sm" gap="xs">
      <Button type="submit" name="confirm" value="end" variant="default" size="compact-md">
        End selected…
      </Button>
      <QueryButton query={printAddress({ ...address, confirm: 'others' })} variant="default" size="compact-md">
        End all but mine…
      </QueryButton>
      <QueryButton query={printAddress({ ...address, confirm: 'expired' })} variant="default" size="compact-md">
        Clear expired…
      </QueryButton>
    </Group>
  )
}

function Head({ address }: { address: Address }) {
  return (
    <TableThead>
      <TableTr>
        <TableTh scope="col" w={40}>
          <SelectAll name="ids" />
        </TableTh>
        <TableTh scope="col">Session</TableTh>
        <TableTh scope="col">User</TableTh>
        <TableTh scope="col">Device</TableTh>
        <SortHead address={address} sort="lastSeen" title="Last seen" />
        <SortHead address={address} sort="created" title="Created" />
        {['Expires', 'IP address', 'Data'].map((title) => (
          <TableTh scope="col" key={title}>
            {title}
          </TableTh>
        ))}
        <TableTh scope="col">
          <VisuallyHidden>End it</VisuallyHidden>
        </TableTh>
      </TableTr>
    </TableThead>
  )
}

function SortHead({ address, sort, title }: { address: Address; sort: Address['sort']; title: string }) {
  const isChosen = address.sort === sort
  return (
    <TableTh scope="col" aria-sort={isChosen ? 'descending' : 'none'}>
      <QueryLink
        query={printAddress({ ...firstPage(address), sort })}
        scroll={false}
        fz="inherit"
        fw="inherit"
        {...(!isChosen && { c: 'inherit' })}
      >
        {title}
        {isChosen ? ' ↓' : ''}
      </QueryLink>
    </TableTh>
  )
}

function Row({ row, names, address, now }: Omit<TableProps, 'rows'> & { row: ShownSession }) {
  const { id, userId, ip, userAgent, dataBytes, createdAt, lastSeenAt, expiresAt } = row
  return (
    <TableTr>
      <TableTd>
        <input type="checkbox" name="ids" value={id} aria-label={`Select session ${shortId(id)}`} />
      </TableTd>
      <TableTd>
        <Group gap="xs" wrap="nowrap">
          <QueryLink query={printAddress({ ...address, id })} ff="monospace" fz="sm" title={id}>
            {shortId(id)}
          </QueryLink>
          {row.current && <Mark>yours</Mark>}
        </Group>
      </TableTd>
      <TableTd>{userId === null ? <Soft>anonymous</Soft> : <User id={userId} name={names.get(userId)} />}</TableTd>
      <TableTd>{deviceText(userAgent)}</TableTd>
      <TableTd>
        <When at={lastSeenAt} now={now} />
      </TableTd>
      <TableTd>
        <When at={createdAt} />
      </TableTd>
      <TableTd>{row.active ? <When at={expiresAt} now={now} /> : <Soft>expired</Soft>}</TableTd>
      <TableTd>{ip ?? <Soft>–</Soft>}</TableTd>
      <TableTd ta="right">{bytesText(dataBytes)}</TableTd>
      <TableTd>
        <QueryLink
          query={printAddress({ ...home, ...address, confirm: 'end', ids: [id] })}
          aria-label={`End session ${id}`}
          fz="inherit"
        >
          End…
        </QueryLink>
      </TableTd>
    </TableTr>
  )
}

/** By name, else by id, of which a table has room for a short one. */
function User({ id, name }: { id: string; name: string | undefined }) {
  return <span title={id}>{name ?? (id.length > longestUser ? shortId(id) : id)}</span>
}

function Soft({ children }: { children: ReactNode }) {
  return (
    <Text span c="dimmed" size="sm">
      {children}
    </Text>
  )
}
