import { Button, Group, TextInput } from '@mantine/core'
import { type Address, fieldsOf, firstPage, home, printAddress } from './address.ts'
import { HiddenFields } from './hidden-fields.tsx'
import { QueryButton } from './link.tsx'

const filters = [
  [null, 'All'],
  ['active', 'Active'],
  ['signedIn', 'Signed in'],
  ['anonymous', 'Anonymous'],
  ['expired', 'Expired'],
] as const

/** What narrows the list: a search, and links for the rest. */
export function Filters({ address }: { address: Address }) {
  const start = firstPage(address)
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
        <HiddenFields fields={fieldsOf({ ...address, search: home.search })} />
        <Group gap="xs" wrap="nowrap">
          <TextInput
            type="search"
            name="search"
            defaultValue={address.search}
            key={address.search}
            aria-label="Search"
            placeholder="User id, session id or IP"
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
