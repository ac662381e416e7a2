import type { Json } from 'coatcheck'
import { DataTree } from '../ui/data-tree'
import { When } from '../ui/when'
import { Part } from './parts'
import type { Place } from './places'
import type { ShownRow } from './row'

/** A session's parts under the names that they have where it lies; no name for the hash: it is found without, and only its end is asked. */
export function SessionParts({ row, fields }: { row: ShownRow; fields: Place['fields'] }) {
  return (
    <>
      <Part name={fields.id} note="public, safe in logs" {...(fields.hash && { step: 2 })}>
        <span data-testid="row-id">{row.id}</span>
      </Part>
      {fields.hash && <Part name={fields.hash} note="SHA-256 of the secret, never the secret" step={2} isHidden />}
      <Part name={fields.user}>{row.userId ?? 'null'}</Part>
      <Part name={fields.created}>
        <When at={row.createdAt} />
      </Part>
      <Part name={fields.seen}>
        <When at={row.lastSeenAt} />
      </Part>
      <Part name={fields.expires} note="this decides, not the cookie's own end" {...(!fields.hash && { step: 2 })}>
        <When at={row.expiresAt} />
      </Part>
      {row.version !== undefined && <Part name="version">{row.version}</Part>}
      <Part name="data">
        <DataTree value={row.data as Json} />
      </Part>
    </>
  )
}
