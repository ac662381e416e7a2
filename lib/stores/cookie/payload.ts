import { base64url, bytesOf, uuidBytes, uuidOf } from '../../core/data/bytes.ts'
import type { JsonObject } from '../../core/data/json.ts'
import type { ExpiryRule } from '../../core/store/expiry.ts'
import type { Row } from '../rows/rows.ts'

/** The content of the cookie. Times are epoch milliseconds. An expiry rule is idle seconds, or a time in brackets. */
type Payload = readonly [
  id: string,
  userId: string | null,
  createdAt: number,
  authenticatedAt: number | null,
  lastSeenAt: number,
  expiresAt: number,
  expiry: number | readonly [at: number] | null,
  version: number,
  data: JsonObject,
  authHash?: string | null,
  deviceKey?: string,
]

/**
 * Returns the text of a session. It omits the client to save space, and the token hash because the seal is the proof.
 * It has an auth hash and a device key only if the session has them.
 */
export function packed(row: Row): string {
  const { id, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, expiry, version, data, deviceKey } = row
  const times = [Number(createdAt), authenticatedAt && Number(authenticatedAt), Number(lastSeenAt), Number(expiresAt)] as const
  const rule = expiry && ('at' in expiry ? ([Number(expiry.at)] as const) : expiry.idleSeconds)
  const payload: Payload = [base64url(uuidBytes(id)), userId, ...times, rule, version, data]
  const authHash = row.authHash && base64url(uuidBytes(row.authHash))
  const credentials = deviceKey ? [authHash, deviceKey] : authHash ? [authHash] : []
  return JSON.stringify([...payload, ...credentials])
}

/** Returns the session of a text that `packed` returned. No other text is ever sealed. */
export function unpacked(text: string): Row {
  const payload: Payload = JSON.parse(text)
  const [bytes, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, rule, version, data, authHash, deviceKey] = payload
  const id = uuidOf(bytesOf(bytes))
  return {
    id,
    tokenHash: id,
    userId,
    authHash: authHash ? uuidOf(bytesOf(authHash)) : null,
    deviceKey: deviceKey ?? null,
    createdAt: new Date(createdAt),
    authenticatedAt: authenticatedAt === null ? null : new Date(authenticatedAt),
    lastSeenAt: new Date(lastSeenAt),
    expiresAt: new Date(expiresAt),
    expiry: expiryOf(rule),
    rotatedAt: null,
    ip: null,
    userAgent: null,
    version,
    data,
  }
}

function expiryOf(rule: Payload[6]): ExpiryRule {
  if (rule === null) return null
  return typeof rule === 'number' ? { idleSeconds: rule } : { at: new Date(rule[0]) }
}
