import { Group, Text } from '@mantine/core'
import { formatCount } from '../../core/administration/format.ts'
import { maskSecrets } from '../../core/administration/mask.ts'
import type { Json, JsonObject } from '../../core/data/json.ts'
import { type Address, printAddress } from '../address.ts'
import { Card, Mono } from '../ui/elements.tsx'
import { QueryLink } from '../ui/link.tsx'

/** The text in place of a hidden value. */
const mask = '••••••'

/**
 * Renders the data of a session. Values that look like secrets are sent to the browser only if the address asks for them. This is a
 * function and not a component, because React sends the props of components to the browser in development.
 */
export function dataCard(storedData: JsonObject, address: Address) {
  const { data, masked } = maskSecrets(storedData, mask)
  const { reveal } = address
  return (
    <Card title="Data">
      <DataTree value={reveal ? storedData : data} />
      {masked > 0 && (
        <Group gap="xs" mt="sm">
          <Text size="sm" c="dimmed">
            {reveal ? 'Shown' : 'Hidden'}: {formatCount(masked, 'possible secret')}.
          </Text>
          <QueryLink query={printAddress({ ...address, reveal: !reveal })} scroll={false} fz="sm">
            {reveal ? 'Hide secrets' : 'Show secrets'}
          </QueryLink>
        </Group>
      )}
    </Card>
  )
}

/** JSON as a nested list. Deep levels are collapsed. */
function DataTree({ value, depth = 0 }: { value: Json; depth?: number }) {
  if (value === mask) return <Mono>{mask}</Mono>
  if (typeof value !== 'object' || value === null) return <Mono>{JSON.stringify(value)}</Mono>
  const entries = Object.entries(value)
  if (entries.length === 0) return <Mono>{Array.isArray(value) ? '[]' : '{}'}</Mono>
  return (
    <ul style={{ listStyle: 'none', margin: 0, paddingLeft: depth > 0 ? '1rem' : 0 }}>
      {entries.map(([key, member]) => (
        <li key={key} style={{ overflowWrap: 'anywhere' }}>
          <Member name={key} value={member} depth={depth} />
        </li>
      ))}
    </ul>
  )
}

/** The number of levels that are expanded at first. */
const openLevels = 2

function Member({ name, value, depth }: { name: string; value: Json; depth: number }) {
  const key = (
    <Text span ff="monospace" size="sm" c="dimmed">
      {name}:
    </Text>
  )
  const size = typeof value === 'object' && value !== null ? Object.keys(value).length : 0
  if (size === 0) {
    return (
      <>
        {key} <DataTree value={value} />
      </>
    )
  }
  return (
    <details open={depth < openLevels}>
      <summary>
        {key}{' '}
        <Text span size="sm" c="dimmed">
          {formatCount(size, 'value')}
        </Text>
      </summary>
      <DataTree value={value} depth={depth + 1} />
    </details>
  )
}
