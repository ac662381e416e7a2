import { type CarriedSession, cookieValues } from '../core/cookie/carrier.ts'
import { boundDevice, deviceCookieName, isJustBound } from '../core/cookie/device.ts'
import type { SessionContext } from '../core/session/request-context.ts'

/** Rejects a session that is bound to a device if the request has no proof of that device. Reads no store. */
export async function onItsDevice(
  { deviceSigner, options, now }: SessionContext,
  carried: CarriedSession,
  headers: Headers,
): Promise<CarriedSession> {
  const { found } = carried
  if (!deviceSigner || found === null || typeof found === 'string') return carried
  const { row } = found
  const device = boundDevice(row)
  if (!device || isJustBound(device, row)) return carried
  const values = cookieValues(headers.get('cookie'), deviceCookieName(options.cookie))
  if (await deviceSigner.isProof(row.id, values, now() / 1000)) return carried
  return { ...carried, found: 'device', unproven: { row, isSkipped: headers.has('secure-session-skipped') } }
}
