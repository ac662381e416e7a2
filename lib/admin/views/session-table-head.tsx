import { Group, TableTh, TableThead, TableTr, VisuallyHidden } from '@mantine/core'
import { type Address, firstPage, printAddress } from '../address.ts'
import { QueryLink } from '../ui/link.tsx'
import { SelectAll } from '../ui/select-all.tsx'

/** The columns by which the list can be sorted, and the width of the screen from which they are shown. */
const sorts = [
  { sort: 'lastSeen', title: 'Last seen', from: 'sm' },
  { sort: 'created', title: 'Created', from: 'md' },
] as const

/** The titles of the columns. `Last seen` and `Created` are links that sort the list. */
export function SessionTableHead({ address }: { address: Address }) {
  return (
    <TableThead>
      <TableTr>
        <TableTh scope="col" w={40}>
          <SelectAll name="ids" />
        </TableTh>
        <TableTh scope="col">
          Session
          <NarrowSorts address={address} />
        </TableTh>
        <TableTh scope="col" visibleFrom="sm">
          User
        </TableTh>
        <TableTh scope="col" visibleFrom="sm">
          Device
        </TableTh>
        {sorts.map(({ sort, title, from }) => (
          <TableTh key={sort} scope="col" visibleFrom={from} aria-sort={address.sort === sort ? 'descending' : 'none'}>
            <SortLink address={address} sort={sort} title={title} />
          </TableTh>
        ))}
        <TableTh scope="col" visibleFrom="md">
          Expires
        </TableTh>
        <TableTh scope="col" visibleFrom="lg">
          IP address
        </TableTh>
        <TableTh scope="col" visibleFrom="lg">
          Data
        </TableTh>
        <TableTh scope="col">
          <VisuallyHidden>Actions</VisuallyHidden>
        </TableTh>
      </TableTr>
    </TableThead>
  )
}

/** Shows the links that sort the list below the first title, because narrow screens have no room for the sorted columns. */
function NarrowSorts({ address }: { address: Address }) {
  return (
    <Group gap="sm" hiddenFrom="sm" fw="normal">
      {sorts.map(({ sort, title }) => (
        <SortLink key={sort} address={address} sort={sort} title={title} />
      ))}
    </Group>
  )
}

function SortLink({ address, sort, title }: { address: Address; sort: Address['sort']; title: string }) {
  const isSelected = address.sort === sort
  return (
    <QueryLink
      query={printAddress({ ...firstPage(address), sort })}
      scroll={false}
      fz="inherit"
      fw="inherit"
      {...(!isSelected && { c: 'inherit' })}
    >
      {title}
      {isSelected ? ' ↓' : ''}
    </QueryLink>
  )
}
