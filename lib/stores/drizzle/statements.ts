import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type { Target } from './row.ts'
import type { SessionsTable } from './schema.ts'

const value = sql.placeholder

/**
 * Values travel as text and the server casts them, because drivers send arrays, JSON and instants in different ways.
 * The first cast also fixes the parameter's type for the statement.
 */
const jsonb = (name: string) => sql`${value(name)}::text::jsonb`
const integer = (name: string) => sql`${value(name)}::integer`
const instant = (name: string) => sql`${value(name)}::text::timestamptz`

/** The start of the absolute lifetime. */
const startedAt = (table: SessionsTable) => sql`coalesce(${table.authenticatedAt}, ${table.createdAt})`
const nextVersion = (table: SessionsTable) => sql`${table.version} + 1`
const withinLimit = (table: SessionsTable) => sql`octet_length(${table.data}::text) <= ${integer('maxBytesBefore')}`

const ifExtending = (table: SessionsTable, next: SQL) =>
  sql`case when ${value('extendsExpiry')}::boolean then ${next} else ${table.expiresAt} end`

function patched({ data }: SessionsTable): SQL {
  const reservedOnly = sql`(select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(${data}) where left(key, 1) = '_')`
  const cleared = sql`case when ${value('clear')}::boolean then ${reservedOnly} else ${data} end`
  return sql`${jsonb('defaults')} || (${cleared} - ${value('removed')}::text::text[] || ${jsonb('set')})`
}

type ExpirySql = ReturnType<typeof expirySql>

/**
 * Returns SQL that applies a policy by the database's clock. The numbers of the policy are part of the statement text,
 * because they are the same for every session.
 */
export function expirySql(table: SessionsTable, { maxAgeSeconds, absoluteSeconds, touchSeconds }: ExpiryPolicy) {
  const seconds = (amount: number) => sql.raw(`interval '${amount} seconds'`)
  const idleLifetime = (idle: SQL) => sql`coalesce(nullif(${idle}, 0) * interval '1 second', ${seconds(maxAgeSeconds)})`
  /** The expiry of a session with this rule that started at `start` and is active now. */
  const expiry = (at: SQL, idle: SQL, start: SQL) => {
    const byRule = sql`coalesce(${at}, now() + ${idleLifetime(idle)})`
    return absoluteSeconds === null ? byRule : sql`least(${byRule}, ${start} + ${seconds(absoluteSeconds)})`
  }
  const ownIdle = sql`${table.expiryIdleSeconds}`
  const step = sql`least(${seconds(touchSeconds)}, ${idleLifetime(ownIdle)} / 10)`
  const next = expiry(sql`${table.expiryAt}`, ownIdle, startedAt(table))
  const isDue = sql`${table.lastSeenAt} + ${step} <= now()`
  const current = sql`${table.expiresAt}`
  return {
    expiry,
    /** Advances the expiry once it is a step behind, and moves it back at once if the policy has become shorter. */
    nextExpiry: sql`case when ${next} between ${current} and ${current} + ${step} then ${current} else ${next} end`,
    isDue,
    lastSeen: lastSeenIf(table, isDue),
  }
}

/** Advances last-seen and records the client if `condition` holds. */
function lastSeenIf(table: SessionsTable, condition: SQL) {
  const records = sql`${value('recordsClient')}::boolean and ${condition}`
  return {
    lastSeenAt: sql`case when ${condition} then now() else ${table.lastSeenAt} end`,
    ip: sql`case when ${records} then ${value('ip')}::text else ${table.ip} end`,
    userAgent: sql`case when ${records} then ${value('userAgent')}::text else ${table.userAgent} end`,
  }
}

/**
 * Sets keys, and records no client: the most frequent write. It has a third of the parameters of `writeData`. The parameters take
 * more time than the work of the server.
 */
export const setKeys = ({ db, table, columns, live }: Target, { lastSeen: { lastSeenAt }, nextExpiry }: ExpirySql) =>
  db
    .update(table)
    .set({ lastSeenAt, expiresAt: nextExpiry, data: sql`${table.data} || ${jsonb('set')}`, version: nextVersion(table) })
    .where(and(live, withinLimit(table)))
    .returning(columns)

/** Applies any patch to the data. Between two steps of last-seen and expiry, the statement changes no indexed column. */
export const writeData = ({ db, table, own, columns, live }: Target, { lastSeen, nextExpiry }: ExpirySql) => {
  const hasVersion = sql`${table.version} = coalesce(${integer('ifVersion')}, ${table.version})`
  const expiresAt = ifExtending(table, nextExpiry)
  return db
    .update(table)
    .set({ ...own.updated(), ...lastSeen, expiresAt, data: patched(table), version: nextVersion(table) })
    .where(and(live, hasVersion, withinLimit(table)))
    .returning(columns)
}

/** Advances last-seen and, if the change extends it, the expiry. */
export const touch = ({ db, table, own, columns, live }: Target, { lastSeen, nextExpiry }: ExpirySql) =>
  db
    .update(table)
    .set({ ...own.updated(), ...lastSeen, expiresAt: ifExtending(table, nextExpiry) })
    .where(live)
    .returning(columns)

/** Sets a new token hash, a user, credentials, a device key, a new expiry rule, or several of them. */
export const renew = ({ db, table, own, columns, liveOrRotated }: Target, { isDue, nextExpiry, expiry }: ExpirySql) => {
  const loggingIn = sql`${value('userId')}::text is not null`
  const newRule = sql`${value('newRule')}::boolean`
  const at = sql`case when ${newRule} then ${instant('expiryAt')} else ${table.expiryAt} end`
  const idle = sql`case when ${newRule} then ${integer('idle')} else ${table.expiryIdleSeconds} end`
  const isSame = sql`${value('newHash')}::text is null and not ${loggingIn}`
  const newExpiry = expiry(at, idle, sql`case when ${loggingIn} then now() else ${startedAt(table)} end`)
  return db
    .update(table)
    .set({
      ...own.updated(),
      ...lastSeenIf(table, sql`(${loggingIn} or ${isDue})`),
      tokenHash: sql`coalesce(${value('newHash')}::text::uuid, ${table.tokenHash})`,
      rotatedAt: sql`case when ${value('newHash')}::text is null then ${table.rotatedAt} else now() end`,
      userId: sql`coalesce(${value('userId')}::text, ${table.userId})`,
      authenticatedAt: sql`case when ${loggingIn} then now() else ${table.authenticatedAt} end`,
      authHash: sql`case when ${value('newAuth')}::boolean then ${value('authHash')}::text::uuid else ${table.authHash} end`,
      deviceKey: sql`case when ${value('newDevice')}::boolean then ${value('deviceKey')}::text else ${table.deviceKey} end`,
      expiryAt: at,
      expiryIdleSeconds: idle,
      expiresAt: sql`case when ${newRule} or ${loggingIn} then ${newExpiry} else ${ifExtending(table, nextExpiry)} end`,
      version: sql`case when ${isSame} then ${table.version} else ${nextVersion(table)} end`,
    })
    .where(liveOrRotated(sql`${value('acceptsRotated')}::boolean`, eq(table.userId, value('userId'))))
    .returning(columns)
}

/**
 * Removes one key and returns its value. Locks the row before it reads the value, so that only one of two parallel calls gets the
 * value.
 */
export const take = ({ db, table, own, columns, live }: Target, { lastSeen, nextExpiry }: ExpirySql) => {
  const key = sql`${value('key')}::text`
  const found = db
    .select({ id: table.id, taken: sql`${table.data} -> ${key}`.as('taken') })
    .from(table)
    .where(and(live, sql`${table.data} -> ${key} is not null`))
  const before = db.$with('before').as(found.for('update'))
  return db
    .with(before)
    .update(table)
    .set({
      ...own.updated(),
      ...lastSeen,
      expiresAt: nextExpiry,
      data: sql`${table.data} - ${key}`,
      version: nextVersion(table),
    })
    .from(before)
    .where(eq(table.id, before.id))
    .returning({ ...columns, taken: sql<unknown>`${before.taken}` })
}

const newRow = ({ own }: Target, { expiry }: ExpirySql) => ({
  id: sql`${value('newId')}::text::uuid`,
  tokenHash: sql`${value('newHash')}::text::uuid`,
  rotatedAt: sql`null::timestamptz`,
  createdAt: sql`now()`,
  authenticatedAt: sql`case when ${value('userId')}::text is null then null else now() end`,
  lastSeenAt: sql`now()`,
  expiresAt: expiry(instant('expiryAt'), integer('idle'), sql`now()`),
  expiryAt: instant('expiryAt'),
  expiryIdleSeconds: integer('idle'),
  userId: sql`${value('userId')}::text`,
  authHash: sql`${value('authHash')}::text::uuid`,
  deviceKey: sql`null::text`,
  ip: sql`${value('ip')}::text`,
  userAgent: sql`${value('userAgent')}::text`,
  version: sql`1`,
  data: jsonb('set'),
  ...own.inserted(),
})

/** Creates a session. */
export const insert = (target: Target, rules: ExpirySql) =>
  target.db.insert(target.table).values(newRow(target, rules)).returning(target.columns)

/** Deletes a session and creates another one in a single statement. If the old session is not live, does neither. */
export const replace = (target: Target, rules: ExpirySql) => {
  const { db, table, columns, live } = target
  const old = db.$with('old').as(db.delete(table).where(live).returning({ id: table.id }))
  const row = newRow(target, rules)
  const named = Object.fromEntries(Object.entries(row).map(([name, expression]) => [name, expression.as(name)]))
  return db
    .with(old)
    .insert(table)
    .select((query) => query.select(named as Record<keyof typeof row, SQL.Aliased>).from(old))
    .returning(columns)
}
