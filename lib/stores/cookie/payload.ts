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
]

/** Returns the text of a session. The client is left out to save space, and the token hash because the seal is the proof. */
export function packed(row: Row): string {
  const { id, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, expiry, version, data } = row
  const times = [Number(createdAt), authenticatedAt && Number(authenticatedAt), Number(lastSeenAt), Number(expiresAt)] as const
  const rule = expiry && ('at' in expiry ? ([Number(expiry.at)] as const) : expiry.idleSeconds)
  const payload: Payload = [base64url(uuidBytes(id)), userId, ...times, rule, version, data]
  return JSON.stringify(payload)
}

/** Returns the session of a text that `packed` returned. No other text is ever sealed. */
export function unpacked(text: string): Row {
  const [bytes, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, rule, version, data]: Payload = JSON.parse(text)
  const id = uuidOf(bytesOf(bytes))
  return {
    id,
    tokenHash: id,
    userId,
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
