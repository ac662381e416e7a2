import { tooLarge } from '../data/json.ts'
import { applyPatch, isEmptyPatch, maxBytesBefore, type Patch } from '../data/patch.ts'
import type { SessionRecord } from './record.ts'
import type { SessionContext } from './request-context.ts'

/**
 * Writes a patch. If there is no session yet, creates one, but only for a patch that stores data. Returns false if there was
 * nothing to write.
 */
export async function writePatch({ options }: SessionContext, record: SessionRecord, patch: Patch): Promise<boolean> {
  record.requireCurrent()
  if (isEmptyPatch(patch)) return false
  const { maxBytes } = options
  const limit = maxBytesBefore(record.row?.data ?? {}, patch, maxBytes)
  if (record.credential) {
    const updated = await record.update({ patch, maxBytesBefore: limit, extendsExpiry: true }, record.credential)
    if (!updated) throw tooLarge('The session with this change', maxBytes)
    return true
  }
  const data = applyPatch({}, patch)
  if (Object.keys(data).length === 0) return false
  await record.create({ data, userId: null, authHash: null, expiry: record.pendingExpiry }, null)
  return true
}
