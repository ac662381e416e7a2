import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, like, lte, ne, or, type SQL, sql } from 'drizzle-orm'
import type { ExpiryPolicy, ExpiryRule } from '../../core/expiry.ts'
import type { Json } from '../../core/json.ts'
import type { Change, Patch, Removal, SessionFilter, SessionPage, SessionStore, StoredSession } from '../../core/store.ts'
import type { PostgresDatabase } from './database.ts'
import { sessionsTable as table } from './schema.ts'
import * as statements from './statements.ts'

/** What `drizzleStore` takes beside the database. */
export interface DrizzleStoreOptions {
  /** Named prepared statements. Turn them off behind a transaction-mode PgBouncer older than 1.21. @default true */
  prepare?: boolean
}

type Database = PostgresDatabase | (() => PostgresDatabase | Promise<PostgresDatabase>)

/**
 * Keeps sessions in PostgreSQL (Django's db engine): one statement for each operation, the hot ones prepared once.
 * `database` is any Drizzle PostgreSQL database, or a function that opens one at the first use.
 */
export function drizzleStore(database: Database, { prepare = true }: DrizzleStoreOptions = {}): SessionStore {
  let prepared: Prepared | undefined
  async function open(): Promise<Prepared> {
    const db = typeof database === 'function' ? await database() : database
    if (prepared?.db !== db) prepared = prepareAll(db, prepare)
    return prepared
  }
  return {
    name: 'drizzle',
    find: async (ref) => first(await (await open()).find.execute(refValues(ref))),
    create: async (session, policy, replaces) => {
      const { insert, replace } = (await open()).writersOf(policy)
      const row = { ...ruleValues(session.expiry), ...sessionValues(session) }
      return first(await (replaces ? replace.execute({ ...row, ...refValues(replaces) }) : insert.execute(row)))
    },
    update: async (ref, change, policy) =>
      update((await open()).writersOf(policy), { ...refValues(ref), ...changeValues(change) }, change),
    modify: async (ref, compute, policy, timeoutMs) =>
      (await open()).db.transaction(async (tx) => {
        await tx.execute(sql.raw(`set local lock_timeout = ${Math.round(timeoutMs)}`))
        const [row] = await statements.find(tx).for('update').prepare('').execute(refValues(ref))
        const patch = row && compute(row.data)
        if (!patch) return row ? stored(row) : null
        const values = { ...refValues(ref), ...changeValues({ active: true }), ...patchValues(patch) }
        return first(await statements.writers(policy).writeData(tx).prepare('').execute(values))
      }),
    remove: async (which) =>
      (await open()).db.delete(table).where(removal(which)).returning({ id: table.id, userId: table.userId }),
    list: async (page) => list((await open()).db, page),
    count: async (filter) => (await open()).db.$count(table, conditions(filter)),
    clearExpired: async (limit) => {
      const { db } = await open()
      const batch = db
        .select({ id: table.id })
        .from(table)
        .where(lte(table.expiresAt, sql`now()`))
        .orderBy(asc(table.expiresAt))
        .limit(limit)
        .for('update', { skipLocked: true })
      const gone = await db
        .delete(table)
        .where(and(inArray(table.id, batch), lte(table.expiresAt, sql`now()`)))
        .returning({ id: table.id })
      return gone.length
    },
  }
}

type Prepared = ReturnType<typeof prepareAll>
type Writers = ReturnType<Prepared['writersOf']>
type Row = Awaited<ReturnType<Prepared['find']['execute']>>[number]

/** Builds each statement once: building one anew costs more than the database takes to run it. */
function prepareAll(db: PostgresDatabase, named: boolean) {
  const byPolicy = new Map<string, ReturnType<typeof prepareWriters>>()
  return {
    db,
    find: statements.find(db).prepare(named ? 'coatcheck_find' : ''),
    writersOf(policy: ExpiryPolicy) {
      const key = `${policy.maxAgeSeconds}_${policy.absoluteSeconds}_${policy.touchSeconds}`
      const known = byPolicy.get(key) ?? prepareWriters(db, policy, (statement) => (named ? `coatcheck_${statement}_${key}` : ''))
      byPolicy.set(key, known)
      return known
    },
  }
}

function prepareWriters(db: PostgresDatabase, policy: ExpiryPolicy, name: (statement: string) => string) {
  const { writeData, touch, renew, take, insert, replace } = statements.writers(policy)
  return {
    writeData: writeData(db).prepare(name('write_data')),
    touch: touch(db).prepare(name('touch')),
    renew: renew(db).prepare(name('renew')),
    take: take(db).prepare(name('take')),
    insert: insert(db).prepare(name('insert')),
    replace: replace(db).prepare(name('replace')),
  }
}

async function update(writers: Writers, values: Record<string, unknown>, change: Change) {
  if (change.take !== undefined) {
    const [row] = await writers.take.execute({ ...values, key: change.take })
    return row ? { ...stored(row), taken: row.taken as Json } : null
  }
  if (change.patch) return first(await writers.writeData.execute({ ...values, ...patchValues(change.patch) }))
  if (change.tokenHash === undefined && change.userId === undefined && change.expiry === undefined) {
    return first(await writers.touch.execute(values))
  }
  const renewal = { newHash: change.tokenHash ?? null, userId: change.userId ?? null, newRule: change.expiry !== undefined }
  return first(await writers.renew.execute({ ...values, ...renewal, ...ruleValues(change.expiry ?? null) }))
}

const refValues = ({ id, tokenHash }: { readonly id: string; readonly tokenHash: string }) => ({ id, tokenHash })

const ruleValues = (rule: ExpiryRule) => ({
  expiryAt: rule && 'at' in rule ? rule.at.toISOString() : null,
  idle: rule && 'idleSeconds' in rule ? rule.idleSeconds : null,
})

const sessionValues = (session: Parameters<SessionStore['create']>[0]) => ({
  newId: session.id,
  newHash: session.tokenHash,
  userId: session.userId,
  ip: session.ip,
  userAgent: session.userAgent,
  set: JSON.stringify(session.data),
})

const changeValues = ({ active, client, ifVersion }: Change) => ({
  active,
  recorded: client !== undefined,
  ip: client?.ip ?? null,
  userAgent: client?.userAgent ?? null,
  ifVersion: ifVersion ?? null,
})

const patchValues = ({ clear, remove, set, defaults, limitBytes }: Patch) => ({
  clear,
  removed: `{${remove.map((key) => `"${key.replace(/["\\]/g, '\\$&')}"`).join(',')}}`,
  set: JSON.stringify(set),
  defaults: JSON.stringify(defaults),
  limitBytes,
})

function first(rows: readonly Row[]): StoredSession | null {
  const [row] = rows
  return row ? stored(row) : null
}

function stored({ expiryAt, expiryIdleSeconds, ...row }: Row): StoredSession {
  const idle = expiryIdleSeconds === null ? null : { idleSeconds: expiryIdleSeconds }
  return { ...row, expiry: expiryAt ? { at: expiryAt } : idle }
}

function removal(which: Removal): SQL | undefined {
  if ('tokenHash' in which) return and(eq(table.id, which.id), eq(table.tokenHash, which.tokenHash))
  if ('ids' in which)
    return and(inArray(table.id, [...which.ids]), which.userId === undefined ? undefined : eq(table.userId, which.userId))
  return and(eq(table.userId, which.userId), which.exceptId ? ne(table.id, which.exceptId) : undefined)
}

async function list(db: PostgresDatabase, { sort, after, limit, ...filter }: SessionPage): Promise<StoredSession[]> {
  const bySeen = sort === 'lastSeen'
  const seen = after?.lastSeenAt?.toISOString()
  const earlier = bySeen
    ? sql`(${table.lastSeenAt}, ${table.id}) < (${seen}::timestamptz, ${after?.id}::uuid)`
    : sql`${table.id} < ${after?.id}::uuid`
  const rows = await db
    .select(statements.columns)
    .from(table)
    .where(and(conditions(filter), after ? earlier : undefined))
    .orderBy(...(bySeen ? [desc(table.lastSeenAt)] : []), desc(table.id))
    .limit(limit)
  return rows.map(stored)
}

function conditions({ ids, userId, search, status }: SessionFilter): SQL | undefined {
  const active = gt(table.expiresAt, sql`now()`)
  const byStatus = {
    active,
    expired: lte(table.expiresAt, sql`now()`),
    anonymous: and(active, isNull(table.userId)),
    signedIn: and(active, isNotNull(table.userId)),
  }
  return and(
    ids ? inArray(table.id, [...ids]) : undefined,
    userId === undefined ? undefined : eq(table.userId, userId),
    search === undefined ? undefined : startsWith(search),
    status ? byStatus[status] : undefined,
  )
}

function startsWith(search: string): SQL | undefined {
  const prefix = `${search.replace(/[\\%_]/g, '\\$&')}%`
  return or(like(table.userId, prefix), like(table.ip, prefix), sql`${table.id}::text like ${prefix.toLowerCase()}`)
}
