import { and, eq, gt, or, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { JsonObject } from '../../core/data/json.ts'
import { rotationGraceSeconds, type SessionRef, type StoredSession } from '../../core/store/store.ts'
import type { PostgresDatabase } from './database.ts'
import { sessionsTable as table } from './schema.ts'

/** The values of a row in this order, followed by the database's time. */
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
 * The columns that every statement returns: a stored session in a single column, as a JSON array. A driver needs more time to split
 * fifteen columns than the server needs to find the row. The single column saves a quarter of the time of a read.
 */
export const columns = {
  session: sql`json_build_array(${sql.join(valuesInOrder(), sql`, `)}, ${epochSeconds(sql`now()::timestamptz(3)`)})::text`
    .mapWith(storedSession)
    .as('session'),
}

function valuesInOrder() {
  const { id, tokenHash, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt } = table
  const { expiryAt, expiryIdleSeconds, ip, userAgent, version, data } = table
  const instants = [createdAt, authenticatedAt, lastSeenAt, expiresAt, expiryAt].map(epochSeconds)
  return [id, tokenHash, userId, ...instants, expiryIdleSeconds, ip, userAgent, version, data]
}

/**
 * A number, because JavaScript needs more time to parse a date than the server needs to find the row. Keeps milliseconds exactly.
 */
function epochSeconds(instant: AnyPgColumn | SQL): SQL {
  return sql`date_part('epoch', ${instant})`
}

const dateOf = (seconds: number) => new Date(Math.round(seconds * 1000))

function storedSession(text: string): StoredSession {
  const fields: Fields = JSON.parse(text)
  const [id, tokenHash, userId, createdAt, authenticatedAt, lastSeenSeconds, expirySeconds] = fields
  const [, , , , , , , expiryAt, expiryIdleSeconds, ip, userAgent, version, data, now] = fields
  const [lastSeenAt, expiresAt, readAt] = [dateOf(lastSeenSeconds), dateOf(expirySeconds), dateOf(now)]
  const idleRule = expiryIdleSeconds === null ? null : { idleSeconds: expiryIdleSeconds }
  return {
    id,
    tokenHash,
    userId,
    createdAt: dateOf(createdAt),
    authenticatedAt: authenticatedAt === null ? null : dateOf(authenticatedAt),
    lastSeenAt,
    expiresAt,
    expiry: expiryAt === null ? idleRule : { at: dateOf(expiryAt) },
    ip,
    userAgent,
    version,
    data,
    secondsLeft: (expiresAt.getTime() - readAt.getTime()) / 1000,
    secondsSinceSeen: (readAt.getTime() - lastSeenAt.getTime()) / 1000,
  }
}

const notExpired = gt(table.expiresAt, sql`now()`)
const hasId = eq(table.id, sql.placeholder('id'))
const hasHash = eq(table.tokenHash, sql.placeholder('tokenHash'))
const isRotated = sql`${table.rotatedAt} > now() - interval '${sql.raw(String(rotationGraceSeconds))} seconds'`

/** The condition of every write for a visitor. Its values are `refValues`. */
export const live = and(hasId, hasHash, notExpired)

/** Returns a condition that also accepts an old token for 60 seconds after the rotation, on rows that meet `conditions`. */
export const liveOrRotated = (...conditions: SQL[]) => and(hasId, or(hasHash, and(...conditions, isRotated)), notExpired)

/** Selects one row by primary key. Includes the row of an old token, which has another hash. The most frequent statement. */
export const find = (db: PostgresDatabase) => db.select(columns).from(table).where(liveOrRotated())

/** Selects the rows of several sessions. The two lists are not paired, so the caller compares the id and the hash of each row. */
export const findMany = (db: PostgresDatabase) => {
  const anyOf = (name: string) => sql`any(${sql.placeholder(name)}::text::uuid[])`
  const hasAnyHash = sql`${table.tokenHash} = ${anyOf('tokenHashes')}`
  return db
    .select(columns)
    .from(table)
    .where(and(sql`${table.id} = ${anyOf('ids')}`, or(hasAnyHash, isRotated), notExpired))
}

/** Returns the values of `find`, and of `live` in other statements. */
export const refValues = ({ id, tokenHash }: SessionRef) => ({ id, tokenHash })

/** Returns the values of `findMany`: two array literals. UUIDs need no escaping. */
export const refsValues = (refs: readonly SessionRef[]) => ({
  ids: `{${refs.map(({ id }) => id).join(',')}}`,
  tokenHashes: `{${refs.map(({ tokenHash }) => tokenHash).join(',')}}`,
})
