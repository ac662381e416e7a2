import { Group, Text } from '@mantine/core'
import type { Json, JsonObject } from '../core/data/json.ts'
import { maskSecrets } from '../core/administration/mask.ts'
import { type Address, printAddress } from './address.ts'
import { Card } from './card.tsx'
import { QueryLink } from './link.tsx'
import { Mono } from './mono.tsx'

/** What stands in place of a value that is not shown. */
const mask = '••••••'

/** What a session holds. Values that look like secrets leave the server only when they are asked for: so this is no component, whose props might. */
export function dataCard(held: JsonObject, address: Address) {
  const { data, masked } = maskSecrets(held, mask)
  const { reveal } = address
  return (
    <Card title="Data">
      <DataTree value={reveal ? held : data} />
      {masked > 0 && (
        <Group gap="xs" mt="sm">
          <Text size="sm" c="dimmed">
            {reveal
              ? 'Secrets are shown.'
              : masked === 1
                ? 'One value looks like a secret.'
                : `${masked} values look like secrets.`}
          </Text>
          <QueryLink query={printAddress({ ...address, reveal: !reveal })} scroll={false} fz="sm">
            {reveal ? 'Mask them' : masked === 1 ? 'Show it' : 'Show them'}
          </QueryLink>
        </Group>
      )}
    </Card>
  )
}

/** JSON as a nested list; what is deep inside is folded. */
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

/** Levels that are open at first. */
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
          {size === 1 ? '1 value' : `${size} values`}
        </Text>
      </summary>
      <DataTree value={value} depth={depth + 1} />
    </details>
  )
}
