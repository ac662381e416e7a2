import { and, eq, gt, or, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { JsonObject } from '../../core/data/json.ts'
import { rotationGraceSeconds } from '../../core/store/store.ts'
import type { ColumnValues, SessionRef, StoredSession } from '../../core/store/stored-session.ts'
import type { PostgresDatabase } from './database.ts'
import { OwnColumns } from './own-columns.ts'
import type { SessionsTable } from './schema.ts'

/** The values of a row in this order, followed by the database's time and the values of the app's own columns. */
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
  authHash: string | null,
  deviceKey: string | null,
  ip: string | null,
  userAgent: string | null,
  version: number,
  data: JsonObject,
  now: number,
  ...own: ColumnValues[string][],
]

/** A table of sessions in a database, and the SQL that all of its statements share. */
export type Target = ReturnType<typeof targetOf>

/** Returns the SQL that all statements on `table` share. */
export function targetOf(db: PostgresDatabase, table: SessionsTable) {
  const own = new OwnColumns(table)
  const notExpired = gt(table.expiresAt, sql`now()`)
  const hasId = eq(table.id, sql.placeholder('id'))
  const hasHash = eq(table.tokenHash, sql.placeholder('tokenHash'))
  const isRotated = sql`${table.rotatedAt} > now() - interval '${sql.raw(String(rotationGraceSeconds))} seconds'`
  return {
    db,
    table,
    own,
    notExpired,
    isRotated,
    columns: columnsOf(table, own),
    /** The condition of every write for a visitor. Its values are `refValues`. */
    live: and(hasId, hasHash, notExpired),
    /**
     * Returns a condition that also accepts an old token for 60 seconds after the rotation, on rows that meet
     * `conditions`.
     */
    liveOrRotated: (...conditions: SQL[]) => and(hasId, or(hasHash, and(...conditions, isRotated)), notExpired),
  }
}

/**
 * Returns the columns that every statement returns: a stored session in a single column, as a JSON array. A driver
 * needs more time to split seventeen columns than the server needs to find the row. The single column saves a quarter
 * of the time of a read.
 */
function columnsOf(table: SessionsTable, own: OwnColumns) {
  const values = [...valuesInOrder(table), epochSeconds(sql`now()::timestamptz(3)`), ...own.selected]
  const session = sql`json_build_array(${sql.join(values, sql`, `)})::text`
  return { session: session.mapWith((text: string) => storedSession(JSON.parse(text), own.names)).as('session') }
}

function valuesInOrder(table: SessionsTable) {
  const { id, tokenHash, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt } = table
  const { expiryAt, expiryIdleSeconds, authHash, deviceKey, ip, userAgent, version, data } = table
  const instants = [createdAt, authenticatedAt, lastSeenAt, expiresAt, expiryAt].map(epochSeconds)
  return [id, tokenHash, userId, ...instants, expiryIdleSeconds, authHash, deviceKey, ip, userAgent, version, data]
}

/**
 * Returns a time as a number, because JavaScript needs more time to parse a date than the server needs to find the row. The number
 * keeps milliseconds exactly.
 */
const epochSeconds = (instant: AnyPgColumn | SQL) => sql`date_part('epoch', ${instant})`
const dateOf = (seconds: number) => new Date(Math.round(seconds * 1000))

function storedSession(fields: Fields, ownNames: readonly string[]): StoredSession {
  const [id, tokenHash, userId, createdAt, authenticatedAt, lastSeenSeconds, expirySeconds] = fields
  const [, , , , , , , expiryAt, expiryIdleSeconds, authHash, deviceKey, ip, userAgent, version, data, now, ...own] = fields
  const [lastSeenAt, expiresAt, readAt] = [dateOf(lastSeenSeconds), dateOf(expirySeconds), dateOf(now)]
  const idleRule = expiryIdleSeconds === null ? null : { idleSeconds: expiryIdleSeconds }
  return {
    id,
    tokenHash,
    userId,
    authHash,
    deviceKey,
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
    ...(own.length > 0 && { columns: Object.fromEntries(ownNames.map((name, at) => [name, own[at] ?? null])) }),
  }
}

/**
 * Selects one row by primary key. Includes the row of an old token, which has another hash. The most frequent
 * statement.
 */
export const find = ({ db, table, columns, liveOrRotated }: Target) => db.select(columns).from(table).where(liveOrRotated())

/**
 * Selects the rows of several sessions. The two lists are not paired, so the caller compares the id and the hash of
 * each row. Another token of the batch may have selected the row, so `isRotated` is true if an old token of the row is
 * still recognised.
 */
export const findMany = ({ db, table, columns, isRotated, notExpired }: Target) => {
  const anyOf = (name: string) => sql`any(${sql.placeholder(name)}::text::uuid[])`
  const hasAnyHash = sql`${table.tokenHash} = ${anyOf('tokenHashes')}`
  return db
    .select({ ...columns, isRotated: sql<boolean>`coalesce(${isRotated}, false)` })
    .from(table)
    .where(and(sql`${table.id} = ${anyOf('ids')}`, or(hasAnyHash, isRotated), notExpired))
}

/** Returns the values that `find` needs, and that other statements need for `live`. */
export const refValues = ({ id, tokenHash }: SessionRef) => ({ id, tokenHash })

/** Returns the values of `findMany`: two array literals. UUIDs need no escaping. */
export const refsValues = (refs: readonly SessionRef[]) => ({
  ids: `{${refs.map(({ id }) => id).join(',')}}`,
  tokenHashes: `{${refs.map(({ tokenHash }) => tokenHash).join(',')}}`,
})
