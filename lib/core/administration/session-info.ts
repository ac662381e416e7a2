import { deepFreeze, type JsonObject, jsonBytes } from '../data/json.ts'
import { visible } from '../data/schema.ts'
import type { ColumnValues, StoredSession } from '../store/stored-session.ts'

/** A session without its token and hash, for its owner and for operators. */
export interface SessionInfo {
  readonly id: string
  /** null for an anonymous session. */
  readonly userId: string | null
  readonly createdAt: Date
  readonly authenticatedAt: Date | null
  readonly lastSeenAt: Date
  readonly expiresAt: Date
  readonly ip: string | null
  readonly userAgent: string | null
  /** True if the session is bound to the device where it was created (option `deviceBinding`). */
  readonly deviceBound: boolean
  /** The stored JSON, without `serializer` and schema defaults. Deeply frozen. */
  readonly data: JsonObject
  /** The size of all data in bytes of JSON text, as `maxBytes` counts it. Includes flashes and other reserved keys. */
  readonly dataBytes: number
  /** The app's own columns, if the store has any (`sessionsTableAs`). */
  readonly columns?: ColumnValues
  /** True if the session has not expired, by the store's clock. */
  readonly active: boolean
  /** True if this is the session of the current request. */
  readonly current: boolean
}

/** Returns the public part of a stored session. `current` is the id of the current request's session. */
export function infoOf(row: StoredSession, current: string | null): SessionInfo {
  const { id, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent } = row
  const publicParts = { id, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent }
  const data = deepFreeze(visible(row.data))
  return {
    ...publicParts,
    ...(row.columns && { columns: row.columns }),
    deviceBound: row.deviceKey !== null,
    data,
    dataBytes: jsonBytes(row.data),
    active: row.secondsLeft > 0,
    current: id === current,
  }
}
