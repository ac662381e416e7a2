import { Group, Title } from '@mantine/core'
import { defaultAddress, printAddress } from '../address.ts'
import { QueryButton } from './link.tsx'

const tabs = [
  ['list', 'Sessions'],
  ['statistics', 'Statistics'],
] as const

/** The title of the page, with tabs for the list and the statistics. */
export function Heading({ view }: { view: 'list' | 'statistics' }) {
  return (
    <Group justify="space-between">
      <Title order={1}>Sessions</Title>
      <Group gap="xs" component="nav" aria-label="Views">
        {tabs.map(([name, title]) => (
          <QueryButton
            key={name}
            query={printAddress({ ...defaultAddress, view: name })}
            variant={name === view ? 'filled' : 'default'}
            size="compact-md"
            aria-current={name === view ? 'page' : undefined}
          >
            {title}
          </QueryButton>
        ))}
      </Group>
    </Group>
  )
}
