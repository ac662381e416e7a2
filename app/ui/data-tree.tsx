import type { Json } from 'coatcheck'

/** Renders JSON as a nested list. */
export function DataTree({ value }: { value: Json }) {
  if (typeof value !== 'object' || value === null) return <code>{JSON.stringify(value)}</code>
  const entries = Object.entries(value)
  if (entries.length === 0) return <code>{Array.isArray(value) ? '[]' : '{}'}</code>
  return (
    <ul className="tree">
      {entries.map(([key, member]) => (
        <li key={key}>
          <code className="soft">{key}:</code> <DataTree value={member} />
        </li>
      ))}
    </ul>
  )
}
