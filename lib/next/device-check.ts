import { type CarriedSession, cookieValues } from '../core/cookie/carrier.ts'
import { boundDevice, type DeviceSigner, deviceCookieName, isJustBound } from '../core/cookie/device.ts'
import type { SessionEvent } from '../core/events.ts'
import type { SessionContext } from '../core/session/request-context.ts'
import type { StoredSession } from '../core/store/store.ts'

/** Rejects a session that is bound to a device if the request has no proof of that device. Reads no store. */
export async function onItsDevice(
  { deviceSigner, options, now }: SessionContext,
  carried: CarriedSession,
  headers: Headers,
): Promise<CarriedSession> {
  const { found } = carried
  if (!deviceSigner || found === null || typeof found === 'string') return carried
  const { row } = found
  const proofs = () => cookieValues(headers.get('cookie'), deviceCookieName(options.cookie))
  if (await isProven(deviceSigner, row, proofs, now())) return carried
  return { ...carried, found: 'device', unproven: { row, isSkipped: headers.has('secure-session-skipped') } }
}

/**
 * Returns true if the session is not bound to a device, was bound just now, or one of the device cookies is a proof.
 * `proofs` returns these cookies. It is called only for a bound session.
 */
export async function isProven(
  signer: DeviceSigner,
  row: StoredSession,
  proofs: () => readonly string[],
  now: number,
): Promise<boolean> {
  const device = boundDevice(row)
  return !device || isJustBound(device, row) || signer.isProof(row.id, proofs(), now / 1000)
}

/** Returns the event for a request that did not come from the device of this session. */
export function deviceRejection({ id, userId }: StoredSession): SessionEvent {
  return { type: 'rejected', reason: 'device', id, userId }
}
