import type { SessionCredential } from '../cookie/carrier.ts'
import type { JsonObject } from '../data/json.ts'
import { isEmptyPatch, maxBytesBefore, type Patch } from '../data/patch.ts'
import type { StoredSession } from '../store/stored-session.ts'
import type { SessionRecord } from './record.ts'
import type { SessionScope } from './request-context.ts'

/**
 * Reads, changes and writes a stored session in one step. First it writes the change of the data that was read, if the row still
 * has that version. If another request was faster, it computes the change of the newest data. Returns false if there was nothing
 * to write.
 */
export async function updateAtomically(
  { context, carried }: SessionScope,
  record: SessionRecord,
  [row, credential]: readonly [StoredSession, SessionCredential],
  compute: (data: JsonObject) => Patch,
): Promise<boolean> {
  const patch = compute(row.data)
  if (isEmptyPatch(patch)) {
    // The change may be empty for the data that was read here but not for the newest data.
    const newest = await carried.store.find(credential)
    if (newest !== null && newest !== 'rotated' && newest.version === row.version) return false
  } else {
    const limit = maxBytesBefore(row.data, patch, context.options.maxBytes)
    const change = { patch, maxBytesBefore: limit, ifVersion: row.version, extendsExpiry: true }
    if (await record.update(change, credential)) return true
  }
  await record.modify(compute, credential)
  return true
}
