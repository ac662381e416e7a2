import { type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { JsonObject } from '../../core/data/json.ts'
import type { StoredSession } from '../../core/store/store.ts'
import { sessionsTable as table } from './schema.ts'

/** The columns of a row in this order, and the database's clock. */
type Fields = readonly [
  id: string,
  tokenHash: string,
  userId: string | null,
  createdAt: number,
  authenticatedAt: number | null,
  lastSeenAt: number,
  expiresAt: number,
  expiryAt: number | null,
  expiryIdleSeconds: number | null,
  ip: string | null,
  userAgent: string | null,
  version: number,
  data: JsonObject,
  now: number,
]

/**
 * A stored session, as one column that is a JSON array. A driver needs longer to take fifteen columns apart than the server to find
 * their row: this is a quarter of the time of a read (bench/README.md).
 */
export const columns = {
  session: sql`json_build_array(${sql.join(inOrder(), sql`, `)}, ${epochSeconds(sql`now()::timestamptz(3)`)})::text`
    .mapWith(storedSession)
    .as('session'),
}

function inOrder() {
  const { id, tokenHash, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt } = table
  const { expiryAt, expiryIdleSeconds, ip, userAgent, version, data } = table
  const instants = [createdAt, authenticatedAt, lastSeenAt, expiresAt, expiryAt].map(epochSeconds)
  return [id, tokenHash, userId, ...instants, expiryIdleSeconds, ip, userAgent, version, data]
}

/** As a number: JavaScript takes longer to read one date than the server to find the row. Milliseconds come through exactly. */
function epochSeconds(instant: AnyPgColumn | SQL): SQL {
  return sql`date_part('epoch', ${instant})`
}

const dateOf = (seconds: number) => new Date(Math.round(seconds * 1000))

function storedSession(text: string): StoredSession {
  const fields: Fields = JSON.parse(text)
  const [id, tokenHash, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt] = fields
  const [, , , , , , , expiryAt, expiryIdleSeconds, ip, userAgent, version, data, now] = fields
  const [seen, end, asked] = [dateOf(lastSeenAt), dateOf(expiresAt), dateOf(now).getTime()]
  const idle = expiryIdleSeconds === null ? null : { idleSeconds: expiryIdleSeconds }
  return {
    id,
    tokenHash,
    userId,
    createdAt: dateOf(createdAt),
    authenticatedAt: authenticatedAt === null ? null : dateOf(authenticatedAt),
    lastSeenAt: seen,
    expiresAt: end,
    expiry: expiryAt === null ? idle : { at: dateOf(expiryAt) },
    ip,
    userAgent,
    version,
    data,
    secondsLeft: (end.getTime() - asked) / 1000,
    secondsSinceSeen: (asked - seen.getTime()) / 1000,
  }
}
