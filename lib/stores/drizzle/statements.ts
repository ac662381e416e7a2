import { and, asc, desc, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type { PostgresDatabase } from './database.ts'
import { columns } from './row.ts'
import { sessionsTable as table } from './schema.ts'

const value = sql.placeholder

/**
 * Parameters travel as text and are cast by the server: drivers disagree on how to send arrays, JSON and instants.
 * The first cast also fixes the parameter's type for the statement.
 */
const jsonb = (name: string) => sql`${value(name)}::text::jsonb`
const integer = (name: string) => sql`${value(name)}::integer`
const instant = (name: string) => sql`${value(name)}::text::timestamptz`

/** The condition that every read and write for a visitor carries. */
const live = and(eq(table.id, value('id')), eq(table.tokenHash, value('tokenHash')), gt(table.expiresAt, sql`now()`))

const born = sql`coalesce(${table.authenticatedAt}, ${table.createdAt})`
const reservedOnly = sql`(select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(${table.data}) where left(key, 1) = '_')`
const patched = sql`${jsonb('defaults')} || (case when ${value('clear')}::boolean then ${reservedOnly} else ${table.data} end - ${value('removed')}::text::text[] || ${jsonb('set')})`
const ifExtending = (next: SQL) => sql`case when ${value('extendsExpiry')}::boolean then ${next} else ${table.expiresAt} end`
const withinLimit = sql`octet_length(${table.data}::text) <= ${integer('maxBytesBefore')}`
const nextVersion = sql`${table.version} + 1`

/** The hot read: one row by primary key. */
export const find = (db: PostgresDatabase) => db.select(columns).from(table).where(live)

/** The reads of one turn of the event loop. A row's id and hash tell together whose it is: the lists do not pair them. */
export const findMany = (db: PostgresDatabase) => {
  const list = (name: string) => sql`any(${value(name)}::text::uuid[])`
  return db
    .select(columns)
    .from(table)
    .where(
      and(sql`${table.id} = ${list('ids')}`, sql`${table.tokenHash} = ${list('tokenHashes')}`, gt(table.expiresAt, sql`now()`)),
    )
}

/** The hot write: merges data; indexed columns stay as they are between two steps. */
export const writeData = (db: PostgresDatabase, { touched, nextExpiry }: Clockwork) =>
  db
    .update(table)
    .set({ ...touched, expiresAt: ifExtending(nextExpiry), data: patched, version: nextVersion })
    .where(and(live, sql`${table.version} = coalesce(${integer('ifVersion')}, ${table.version})`, withinLimit))
    .returning(columns)

/** The commonest write, with a third of the parameters, which cost more than the server's work: some keys are set, and no browser is recorded. */
export const setKeys = (db: PostgresDatabase, { touched: { lastSeenAt }, nextExpiry }: Clockwork) =>
  db
    .update(table)
    .set({ lastSeenAt, expiresAt: nextExpiry, data: sql`${table.data} || ${jsonb('set')}`, version: nextVersion })
    .where(and(live, withinLimit))
    .returning(columns)

/** A visit: moves last-seen and, under `rolling`, expiry. */
export const touch = (db: PostgresDatabase, { touched, nextExpiry }: Clockwork) =>
  db
    .update(table)
    .set({ ...touched, expiresAt: ifExtending(nextExpiry) })
    .where(live)
    .returning(columns)

/** A new secret, a login, a new expiry rule, or several of them. */
export const renew = (db: PostgresDatabase, { seenLongAgo, nextExpiry, end }: Clockwork) => {
  const loggingIn = sql`${value('userId')}::text is not null`
  const newRule = sql`${value('newRule')}::boolean`
  const at = sql`case when ${newRule} then ${instant('expiryAt')} else ${table.expiryAt} end`
  const idle = sql`case when ${newRule} then ${integer('idle')} else ${table.expiryIdleSeconds} end`
  const newEnd = end(at, idle, sql`case when ${loggingIn} then now() else ${born} end`)
  return db
    .update(table)
    .set({
      ...touched(sql`(${loggingIn} or ${seenLongAgo})`),
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

/**
 * The ids of a user's live sessions beyond the newest; locked in the order of ids, so that two log-ins at once cannot wait for each other.
 * With last-seen beside the id, so that one that a log-in has moved meanwhile is left alone: after waiting for a lock the server looks at the row again.
 */
export function surplus(db: PostgresDatabase, { userId, keepNewest }: { readonly userId: string; readonly keepNewest: number }) {
  const live = and(eq(table.userId, userId), gt(table.expiresAt, sql`now()`))
  const older = db
    .select({ id: table.id, lastSeenAt: table.lastSeenAt })
    .from(table)
    .where(live)
    .orderBy(desc(table.lastSeenAt), desc(table.id))
    .offset(keepNewest)
  const key = sql`(${table.id}, ${table.lastSeenAt})`
  return db.select({ id: table.id }).from(table).where(sql`${key} in ${older}`).orderBy(asc(table.id)).for('update')
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
  return {
    end,
    /** Moves once it is a step behind, or at once if the policy has become shorter. */
    nextExpiry: sql`case when ${next} between ${table.expiresAt} and ${table.expiresAt} + ${step} then ${table.expiresAt} else ${next} end`,
    touched: touched(seenLongAgo),
    seenLongAgo,
  }
}

/** Last-seen, and the browser that it was seen in, if last-seen is to move. */
function touched(moves: SQL) {
  const recorded = sql`${value('recorded')}::boolean and ${moves}`
  return {
    lastSeenAt: sql`case when ${moves} then now() else ${table.lastSeenAt} end`,
    ip: sql`case when ${recorded} then ${value('ip')}::text else ${table.ip} end`,
    userAgent: sql`case when ${recorded} then ${value('userAgent')}::text else ${table.userAgent} end`,
  }
}
