import type { JsonObject } from '../data/json.ts'
import { isEmptyPatch, maxBytesBefore, type Patch } from '../data/patch.ts'
import { policyOf, touchStepSeconds } from '../store/expiry.ts'
import type { Change, ComputedPatch } from '../store/store.ts'
import type { StoredSession } from '../store/stored-session.ts'
import type { SessionScope } from './request-context.ts'

/** Adds the client to a change if last-seen may advance, and the values of the app's columns that change with it. */
export function completeChange(scope: SessionScope, row: StoredSession | null, change: Change): Change {
  const { options, columns } = scope.context
  const isRecorded = options.recordClient && (!change.patch || isNearStep(scope, row))
  const values = row && columns?.changed(row, change)
  if (!isRecorded && !values) return change
  return { ...change, ...(isRecorded && { client: scope.request.client }), ...(values && { columns: values }) }
}

/**
 * Adds the app's columns that change with a patch of the newest data. Returns null if there is nothing to write.
 * @throws {SessionError} DATA_TOO_LARGE
 */
export function completePatch(
  { context }: SessionScope,
  row: StoredSession | null,
  data: JsonObject,
  patch: Patch,
): ComputedPatch | null {
  if (isEmptyPatch(patch)) return null
  maxBytesBefore(data, patch, context.options.maxBytes)
  const values = row && context.columns?.changed({ ...row, data }, { patch })
  return values ? { ...patch, columns: values } : patch
}

/**
 * True if last-seen is due now or may become due during this request. If false, a write need not send the client's address and user
 * agent.
 */
function isNearStep({ context }: SessionScope, row: StoredSession | null): boolean {
  return row === null || row.secondsSinceSeen > touchStepSeconds(row.expiry, policyOf(context.options, row.userId)) / 2
}
