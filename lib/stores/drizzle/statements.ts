import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { ExpiryPolicy } from '../../core/expiry.ts'
import type { PostgresDatabase } from './database.ts'
import { sessionsTable as table } from './schema.ts'

const value = sql.placeholder

/**
 * Parameters travel as text and are cast by the server: drivers disagree on how to send arrays, JSON and instants.
 * The first cast also fixes the parameter's type for the statement.
 */
const jsonb = (name: string) => sql`${value(name)}::text::jsonb`
const integer = (name: string) => sql`${value(name)}::integer`
const instant = (name: string) => sql`${value(name)}::text::timestamptz`

/** The columns of a stored session; ages are taken by the database's clock. */
export const columns = {
  id: table.id,
  tokenHash: table.tokenHash,
  userId: table.userId,
  createdAt: table.createdAt,
  authenticatedAt: table.authenticatedAt,
  lastSeenAt: table.lastSeenAt,
  expiresAt: table.expiresAt,
  expiryAt: table.expiryAt,
  expiryIdleSeconds: table.expiryIdleSeconds,
  ip: table.ip,
  userAgent: table.userAgent,
  version: table.version,
  data: table.data,
  secondsLeft: sql<number>`extract(epoch from ${table.expiresAt} - now())::float8`.mapWith(Number).as('seconds_left'),
  secondsSinceSeen: sql<number>`extract(epoch from now() - ${table.lastSeenAt})::float8`.mapWith(Number).as('seconds_since_seen'),
}

/** The condition that every read and write for a visitor carries. */
const live = and(eq(table.id, value('id')), eq(table.tokenHash, value('tokenHash')), gt(table.expiresAt, sql`now()`))

const born = sql`coalesce(${table.authenticatedAt}, ${table.createdAt})`
const reservedOnly = sql`(select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(${table.data}) where left(key, 1) = '_')`
const patched = sql`${jsonb('defaults')} || (case when ${value('clear')}::boolean then ${reservedOnly} else ${table.data} end - ${value('removed')}::text::text[] || ${jsonb('set')})`
const nextVersion = sql`${table.version} + 1`

/** The hot read: one row by primary key. */
export const find = (db: PostgresDatabase) => db.select(columns).from(table).where(live)

/** The hot write: merges data; indexed columns stay as they are between two steps. */
export const writeData = (db: PostgresDatabase, { touched, nextExpiry }: Clockwork) =>
  db
    .update(table)
    .set({ ...touched, expiresAt: nextExpiry, data: patched, version: nextVersion })
    .where(
      and(
        live,
        sql`${table.version} = coalesce(${integer('ifVersion')}, ${table.version})`,
        sql`octet_length(${table.data}::text) <= ${integer('limitBytes')}`,
      ),
    )
    .returning(columns)

/** A visit: moves last-seen and, under `rolling`, expiry. */
export const touch = (db: PostgresDatabase, { touched, nextExpiry }: Clockwork) =>
  db
    .update(table)
    .set({ ...touched, expiresAt: sql`case when ${value('active')}::boolean then ${nextExpiry} else ${table.expiresAt} end` })
    .where(live)
    .returning(columns)

/** A new secret, a login, a new expiry rule, or several of them. */
export const renew = (db: PostgresDatabase, { touched, nextExpiry, end }: Clockwork) => {
  const loggingIn = sql`${value('userId')}::text is not null`
  const newRule = sql`${value('newRule')}::boolean`
  const at = sql`case when ${newRule} then ${instant('expiryAt')} else ${table.expiryAt} end`
  const idle = sql`case when ${newRule} then ${integer('idle')} else ${table.expiryIdleSeconds} end`
  const newEnd = end(at, idle, sql`case when ${loggingIn} then now() else ${born} end`)
  return db
    .update(table)
    .set({
      ...touched,
      tokenHash: sql`coalesce(${value('newHash')}::text::uuid, ${table.tokenHash})`,
      userId: sql`coalesce(${value('userId')}::text, ${table.userId})`,
      authenticatedAt: sql`case when ${loggingIn} then now() else ${table.authenticatedAt} end`,
      expiryAt: at,
      expiryIdleSeconds: idle,
      expiresAt: sql`case when ${newRule} or ${loggingIn} then ${newEnd} else ${nextExpiry} end`,
      version: sql`case when ${value('newHash')}::text is null and not ${loggingIn} then ${table.version} else ${nextVersion} end`,
    })
    .where(live)
    .returning(columns)
}

/** Removes one key and answers its value: the row is locked before it is read, so that of two at once one gets it. */
export const take = (db: PostgresDatabase, { touched, nextExpiry }: Clockwork) => {
  const key = sql`${value('key')}::text`
  const found = db
    .select({ id: table.id, taken: sql`${table.data} -> ${key}`.as('taken') })
    .from(table)
    .where(and(live, sql`${table.data} -> ${key} is not null`))
  const before = db.$with('before').as(found.for('update'))
  return db
    .with(before)
    .update(table)
    .set({ ...touched, expiresAt: nextExpiry, data: sql`${table.data} - ${key}`, version: nextVersion })
    .from(before)
    .where(eq(table.id, before.id))
    .returning({ ...columns, taken: sql<unknown>`${before.taken}` })
}

/** Begins a session. */
export const insert = (db: PostgresDatabase, clock: Clockwork) => db.insert(table).values(newRow(clock)).returning(columns)

/** Ends one session and begins another in one statement; does neither if the first is not live. */
export const replace = (db: PostgresDatabase, clock: Clockwork) => {
  const old = db.$with('old').as(db.delete(table).where(live).returning({ id: table.id }))
  const values = newRow(clock)
  const named = Object.fromEntries(Object.entries(values).map(([name, expression]) => [name, expression.as(name)]))
  return db
    .with(old)
    .insert(table)
    .select((query) => query.select(named as Record<keyof typeof values, SQL.Aliased>).from(old))
    .returning(columns)
}

const newRow = ({ end }: Clockwork) => ({
  id: sql`${value('newId')}::text::uuid`,
  tokenHash: sql`${value('newHash')}::text::uuid`,
  createdAt: sql`now()`,
  authenticatedAt: sql`case when ${value('userId')}::text is null then null else now() end`,
  lastSeenAt: sql`now()`,
  expiresAt: end(instant('expiryAt'), integer('idle'), sql`now()`),
  expiryAt: instant('expiryAt'),
  expiryIdleSeconds: integer('idle'),
  userId: sql`${value('userId')}::text`,
  ip: sql`${value('ip')}::text`,
  userAgent: sql`${value('userAgent')}::text`,
  version: sql`1`,
  data: jsonb('set'),
})

type Clockwork = ReturnType<typeof clockwork>

/** The policy's arithmetic, by the database's clock. Its numbers stand in the statement's text, since they are the same for every session. */
export function clockwork({ maxAgeSeconds, absoluteSeconds, touchSeconds }: ExpiryPolicy) {
  const seconds = (amount: number) => sql.raw(`interval '${amount} seconds'`)
  const idle = (own: SQL) => sql`coalesce(nullif(${own}, 0) * interval '1 second', ${seconds(maxAgeSeconds)})`
  /** When a session of this rule, born then and active now, ends. */
  const end = (at: SQL, own: SQL, from: SQL) => {
    const ruled = sql`coalesce(${at}, now() + ${idle(own)})`
    return absoluteSeconds === null ? ruled : sql`least(${ruled}, ${from} + ${seconds(absoluteSeconds)})`
  }
  const ownIdle = sql`${table.expiryIdleSeconds}`
  const step = sql`least(${seconds(touchSeconds)}, ${idle(ownIdle)} / 10)`
  const next = end(sql`${table.expiryAt}`, ownIdle, born)
  const seenLongAgo = sql`${table.lastSeenAt} + ${step} <= now()`
  const recorded = sql`${value('recorded')}::boolean and ${seenLongAgo}`
  return {
    end,
    /** Moves once it is a step behind, or at once if the policy has become shorter. */
    nextExpiry: sql`case when ${next} between ${table.expiresAt} and ${table.expiresAt} + ${step} then ${table.expiresAt} else ${next} end`,
    touched: {
      lastSeenAt: sql`case when ${seenLongAgo} then now() else ${table.lastSeenAt} end`,
      ip: sql`case when ${recorded} then ${value('ip')}::text else ${table.ip} end`,
      userAgent: sql`case when ${recorded} then ${value('userAgent')}::text else ${table.userAgent} end`,
    },
  }
}
