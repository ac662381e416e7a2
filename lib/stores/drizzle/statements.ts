import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Patch } from '../../core/data/patch.ts'
import type { ExpiryPolicy, ExpiryRule } from '../../core/store/expiry.ts'
import type { Change, NewSession } from '../../core/store/store.ts'
import type { PostgresDatabase } from './database.ts'
import { columns, live, liveOrRotated } from './row.ts'
import { sessionsTable as table } from './schema.ts'

const value = sql.placeholder

/**
 * Values travel as text and the server casts them, because drivers send arrays, JSON and instants in different ways. The first cast
 * also fixes the parameter's type for the statement.
 */
const jsonb = (name: string) => sql`${value(name)}::text::jsonb`
const integer = (name: string) => sql`${value(name)}::integer`
const instant = (name: string) => sql`${value(name)}::text::timestamptz`

/** The start of the absolute lifetime. */
const startedAt = sql`coalesce(${table.authenticatedAt}, ${table.createdAt})`
const eachEntry = sql`jsonb_each(${table.data})`
const reservedOnly = sql`(select coalesce(jsonb_object_agg(key, value), '{}') from ${eachEntry} where left(key, 1) = '_')`
const cleared = sql`case when ${value('clear')}::boolean then ${reservedOnly} else ${table.data} end`
const patched = sql`${jsonb('defaults')} || (${cleared} - ${value('removed')}::text::text[] || ${jsonb('set')})`
const ifExtending = (next: SQL) => sql`case when ${value('extendsExpiry')}::boolean then ${next} else ${table.expiresAt} end`
const withinLimit = sql`octet_length(${table.data}::text) <= ${integer('maxBytesBefore')}`
const nextVersion = sql`${table.version} + 1`

/** The default of `maxBytesBefore`: the largest PostgreSQL integer. */
export const noLimit = 2_147_483_647

type ExpirySql = ReturnType<typeof expirySql>

/**
 * Returns SQL that applies a policy by the database's clock. The numbers of the policy are part of the statement text, because they
 * are the same for every session.
 */
export function expirySql({ maxAgeSeconds, absoluteSeconds, touchSeconds }: ExpiryPolicy) {
  const seconds = (amount: number) => sql.raw(`interval '${amount} seconds'`)
  const idleLifetime = (idle: SQL) => sql`coalesce(nullif(${idle}, 0) * interval '1 second', ${seconds(maxAgeSeconds)})`
  /** The expiry of a session with this rule that started at `start` and is active now. */
  const expiry = (at: SQL, idle: SQL, start: SQL) => {
    const byRule = sql`coalesce(${at}, now() + ${idleLifetime(idle)})`
    return absoluteSeconds === null ? byRule : sql`least(${byRule}, ${start} + ${seconds(absoluteSeconds)})`
  }
  const ownIdle = sql`${table.expiryIdleSeconds}`
  const step = sql`least(${seconds(touchSeconds)}, ${idleLifetime(ownIdle)} / 10)`
  const next = expiry(sql`${table.expiryAt}`, ownIdle, startedAt)
  const isDue = sql`${table.lastSeenAt} + ${step} <= now()`
  const current = sql`${table.expiresAt}`
  return {
    expiry,
    /** Advances when it is a step behind. Moves back at once if the policy has become shorter. */
    nextExpiry: sql`case when ${next} between ${current} and ${current} + ${step} then ${current} else ${next} end`,
    isDue,
    lastSeen: lastSeenIf(isDue),
  }
}

/** Advances last-seen and records the browser if `condition` holds. */
function lastSeenIf(condition: SQL) {
  const records = sql`${value('recordsClient')}::boolean and ${condition}`
  return {
    lastSeenAt: sql`case when ${condition} then now() else ${table.lastSeenAt} end`,
    ip: sql`case when ${records} then ${value('ip')}::text else ${table.ip} end`,
    userAgent: sql`case when ${records} then ${value('userAgent')}::text else ${table.userAgent} end`,
  }
}

/**
 * Sets keys, and records no browser: the most frequent write. It has a third of the parameters of `writeData`. Parameters take more
 * time than the server's work.
 */
export const setKeys = (db: PostgresDatabase, { lastSeen: { lastSeenAt }, nextExpiry }: ExpirySql) =>
  db
    .update(table)
    .set({ lastSeenAt, expiresAt: nextExpiry, data: sql`${table.data} || ${jsonb('set')}`, version: nextVersion })
    .where(and(live, withinLimit))
    .returning(columns)

/** Applies any patch to the data. Between two steps of last-seen and expiry, it changes no indexed column. */
export const writeData = (db: PostgresDatabase, { lastSeen, nextExpiry }: ExpirySql) =>
  db
    .update(table)
    .set({ ...lastSeen, expiresAt: ifExtending(nextExpiry), data: patched, version: nextVersion })
    .where(and(live, sql`${table.version} = coalesce(${integer('ifVersion')}, ${table.version})`, withinLimit))
    .returning(columns)

/** Advances last-seen and, if the change extends it, the expiry. */
export const touch = (db: PostgresDatabase, { lastSeen, nextExpiry }: ExpirySql) =>
  db
    .update(table)
    .set({ ...lastSeen, expiresAt: ifExtending(nextExpiry) })
    .where(live)
    .returning(columns)

/** Sets a new token hash, a user, a new expiry rule, or several of them. */
export const renew = (db: PostgresDatabase, { isDue, nextExpiry, expiry }: ExpirySql) => {
  const loggingIn = sql`${value('userId')}::text is not null`
  const newRule = sql`${value('newRule')}::boolean`
  const at = sql`case when ${newRule} then ${instant('expiryAt')} else ${table.expiryAt} end`
  const idle = sql`case when ${newRule} then ${integer('idle')} else ${table.expiryIdleSeconds} end`
  const newExpiry = expiry(at, idle, sql`case when ${loggingIn} then now() else ${startedAt} end`)
  return db
    .update(table)
    .set({
      ...lastSeenIf(sql`(${loggingIn} or ${isDue})`),
      tokenHash: sql`coalesce(${value('newHash')}::text::uuid, ${table.tokenHash})`,
      rotatedAt: sql`case when ${value('newHash')}::text is null then ${table.rotatedAt} else now() end`,
      userId: sql`coalesce(${value('userId')}::text, ${table.userId})`,
      authenticatedAt: sql`case when ${loggingIn} then now() else ${table.authenticatedAt} end`,
      expiryAt: at,
      expiryIdleSeconds: idle,
      expiresAt: sql`case when ${newRule} or ${loggingIn} then ${newExpiry} else ${nextExpiry} end`,
      version: sql`case when ${value('newHash')}::text is null and not ${loggingIn} then ${table.version} else ${nextVersion} end`,
    })
    .where(liveOrRotated(sql`${value('acceptsRotated')}::boolean`, eq(table.userId, value('userId'))))
    .returning(columns)
}

/**
 * Removes one key and returns its value. Locks the row before it reads the value, so that only one of two parallel calls gets it.
 */
export const take = (db: PostgresDatabase, { lastSeen, nextExpiry }: ExpirySql) => {
  const key = sql`${value('key')}::text`
  const found = db
    .select({ id: table.id, taken: sql`${table.data} -> ${key}`.as('taken') })
    .from(table)
    .where(and(live, sql`${table.data} -> ${key} is not null`))
  const before = db.$with('before').as(found.for('update'))
  return db
    .with(before)
    .update(table)
    .set({ ...lastSeen, expiresAt: nextExpiry, data: sql`${table.data} - ${key}`, version: nextVersion })
    .from(before)
    .where(eq(table.id, before.id))
    .returning({ ...columns, taken: sql<unknown>`${before.taken}` })
}

const newRow = ({ expiry }: ExpirySql) => ({
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
  ip: sql`${value('ip')}::text`,
  userAgent: sql`${value('userAgent')}::text`,
  version: sql`1`,
  data: jsonb('set'),
})

/** Creates a session. */
export const insert = (db: PostgresDatabase, rules: ExpirySql) => db.insert(table).values(newRow(rules)).returning(columns)

/** Deletes a session and creates another one in a single statement. If the old one is not live, it does neither. */
export const replace = (db: PostgresDatabase, rules: ExpirySql) => {
  const old = db.$with('old').as(db.delete(table).where(live).returning({ id: table.id }))
  const row = newRow(rules)
  const named = Object.fromEntries(Object.entries(row).map(([name, expression]) => [name, expression.as(name)]))
  return db
    .with(old)
    .insert(table)
    .select((query) => query.select(named as Record<keyof typeof row, SQL.Aliased>).from(old))
    .returning(columns)
}

/** Returns the values of `insert` and `replace`, except those of the expiry rule. */
export const sessionValues = (session: NewSession) => ({
  newId: session.id,
  newHash: session.tokenHash,
  userId: session.userId,
  ip: session.ip,
  userAgent: session.userAgent,
  set: JSON.stringify(session.data),
})

/** Returns the values of an expiry rule in `insert`, `replace` and `renew`. */
export const ruleValues = (rule: ExpiryRule) => ({
  expiryAt: rule && 'at' in rule ? rule.at.toISOString() : null,
  idle: rule && 'idleSeconds' in rule ? rule.idleSeconds : null,
})

/** Returns the values of a change that all its statements share. */
export const changeValues = ({ extendsExpiry, client, ifVersion, maxBytesBefore = noLimit }: Change) => ({
  extendsExpiry,
  recordsClient: client !== undefined,
  ip: client?.ip ?? null,
  userAgent: client?.userAgent ?? null,
  ifVersion: ifVersion ?? null,
  maxBytesBefore,
})

/** Returns the values of `renew`, in addition to those of `changeValues`. */
export const renewValues = ({ tokenHash, userId, expiry, acceptsRotated }: Change) => ({
  newHash: tokenHash ?? null,
  userId: userId ?? null,
  newRule: expiry !== undefined,
  acceptsRotated: acceptsRotated === true,
  ...ruleValues(expiry ?? null),
})

/** Returns the values of a patch in `writeData`. */
export const patchValues = ({ clear, remove, set, defaults }: Patch) => ({
  clear,
  removed: `{${remove.map((key) => `"${key.replace(/["\\]/g, '\\$&')}"`).join(',')}}`,
  set: JSON.stringify(set),
  defaults: JSON.stringify(defaults),
})
