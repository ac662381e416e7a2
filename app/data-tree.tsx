import type { Json } from 'coatcheck'

/** JSON as a nested list. */
export function DataTree({ value }: { value: Json }) {
  if (typeof value !== 'object' || value === null) return <span className="mono">{JSON.stringify(value)}</span>
  const entries = Object.entries(value)
  if (entries.length === 0) return <span className="mono">{Array.isArray(value) ? '[]' : '{}'}</span>
  return (
    <ul className="tree">
      {entries.map(([key, member]) => (
        <li key={key}>
          <span className="mono soft">{key}:</span> <DataTree value={member} />
        </li>
      ))}
    </ul>
  )
}
