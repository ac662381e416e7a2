import { Group, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { home, printAddress } from './address.ts'
import { QueryButton } from './link.tsx'

const tabs = [
  ['list', 'Sessions'],
  ['figures', 'Figures'],
] as const

/** The title of a view of them all, with the way to the other one. */
export function Heading({ view, children }: { view: 'list' | 'figures'; children?: ReactNode }) {
  return (
    <Group justify="space-between">
      <Title order={1}>Sessions</Title>
      <Group gap="xs" component="nav" aria-label="Views">
        {tabs.map(([name, title]) => (
          <QueryButton
            key={name}
            query={printAddress({ ...home, view: name })}
            variant={name === view ? 'filled' : 'default'}
            size="compact-md"
            aria-current={name === view ? 'page' : undefined}
          >
            {title}
          </QueryButton>
        ))}
        {children}
      </Group>
    </Group>
  )
}
