import { type CarriedSession, cookieValues } from '../core/cookie/carrier.ts'
import { type DeviceSigner, deviceCookieName, needsProof } from '../core/cookie/device.ts'
import type { SessionEvent } from '../core/events.ts'
import type { SessionContext } from '../core/session/request-context.ts'
import type { StoredSession } from '../core/store/stored-session.ts'

/** Rejects a session that is bound to a device if the request has no proof of that device. Reads no store. */
export async function onItsDevice(
  deviceSigner: DeviceSigner,
  { options, now }: SessionContext,
  carried: CarriedSession,
  headers: Headers,
): Promise<CarriedSession> {
  const { found } = carried
  if (found === null || typeof found === 'string' || !needsProof(found.row)) return carried
  const { row } = found
  const proofs = cookieValues(headers.get('cookie'), deviceCookieName(options.cookie))
  if (await deviceSigner.isProof(row.id, proofs, now() / 1000)) return carried
  return { ...carried, found: 'device', unproven: { row, isSkipped: headers.has('secure-session-skipped') } }
}

/** Returns the event for a request that did not come from the device of this session. */
export function deviceRejection({ id, userId }: StoredSession): SessionEvent {
  return { type: 'rejected', reason: 'device', id, userId }
}
