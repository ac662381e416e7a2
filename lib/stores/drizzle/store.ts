import { and, asc, desc, inArray, lte, sql } from 'drizzle-orm'
import type { ExpiryPolicy } from '../../core/expiry.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type {
  Change,
  NewSession,
  Patch,
  Removal,
  SessionFilter,
  SessionPage,
  SessionRef,
  SessionStore,
  StoredSession,
} from '../../core/store.ts'
import type { PostgresDatabase } from './database.ts'
import { conditions, earlier, removal } from './filters.ts'
import { sessionsTable as table } from './schema.ts'
import * as statements from './statements.ts'
import { changeValues, patchValues, refValues, ruleValues, sessionValues } from './values.ts'

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
export function drizzleStore(database: Database, options: DrizzleStoreOptions = {}): SessionStore {
  return new DrizzleStore(database, options)
}

class DrizzleStore implements SessionStore {
  readonly name = 'drizzle'
  readonly #database: Database
  readonly #named: boolean
  #prepared: Prepared | undefined

  constructor(database: Database, { prepare = true }: DrizzleStoreOptions) {
    this.#database = database
    this.#named = prepare
  }

  async find(ref: SessionRef) {
    const { find } = await this.#open()
    return first(await find.execute(refValues(ref)))
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    const { insert, replace } = (await this.#open()).writersOf(policy)
    const row = { ...ruleValues(session.expiry), ...sessionValues(session) }
    return first(await (replaces ? replace.execute({ ...row, ...refValues(replaces) }) : insert.execute(row)))
  }

  async update(ref: SessionRef, change: Change, policy: ExpiryPolicy) {
    const writers = (await this.#open()).writersOf(policy)
    return update(writers, { ...refValues(ref), ...changeValues(change) }, change)
  }

  async modify(
    ref: SessionRef,
    compute: (data: JsonObject) => Patch | null,
    policy: ExpiryPolicy,
    { timeoutMs, client }: Parameters<SessionStore['modify']>[3],
  ) {
    const { db } = await this.#open()
    return db.transaction(async (tx) => {
      await tx.execute(sql.raw(`set local lock_timeout = ${Math.round(timeoutMs)}`))
      const [row] = await statements.find(tx).for('update').prepare('').execute(refValues(ref))
      const patch = row && compute(row.data)
      if (!patch) return row ? stored(row) : null
      const values = { ...refValues(ref), ...changeValues({ active: true, ...(client && { client }) }), ...patchValues(patch) }
      return first(await statements.writeData(tx, statements.clockwork(policy)).prepare('').execute(values))
    })
  }

  async remove(which: Removal) {
    const { db } = await this.#open()
    return db.delete(table).where(removal(which)).returning({ id: table.id, userId: table.userId })
  }

  async list(page: SessionPage) {
    const { db } = await this.#open()
    const { sort, after, limit, ...filter } = page
    const rows = await db
      .select(statements.columns)
      .from(table)
      .where(and(conditions(filter), after && earlier(sort, after)))
      .orderBy(...(sort === 'lastSeen' ? [desc(table.lastSeenAt)] : []), desc(table.id))
      .limit(limit)
    return rows.map(stored)
  }

  async count(filter: SessionFilter) {
    const { db } = await this.#open()
    return db.$count(table, conditions(filter))
  }

  async clearExpired(limit: number) {
    const { db } = await this.#open()
    const expired = lte(table.expiresAt, sql`now()`)
    const batch = db
      .select({ id: table.id })
      .from(table)
      .where(expired)
      .orderBy(asc(table.expiresAt))
      .limit(limit)
      .for('update', { skipLocked: true })
    const gone = await db
      .delete(table)
      .where(and(inArray(table.id, batch), expired))
      .returning({ id: table.id })
    return gone.length
  }

  async #open(): Promise<Prepared> {
    const db = typeof this.#database === 'function' ? await this.#database() : this.#database
    if (this.#prepared?.db !== db) this.#prepared = prepareAll(db, this.#named)
    return this.#prepared
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
  const clock = statements.clockwork(policy)
  return {
    writeData: statements.writeData(db, clock).prepare(name('write_data')),
    touch: statements.touch(db, clock).prepare(name('touch')),
    renew: statements.renew(db, clock).prepare(name('renew')),
    take: statements.take(db, clock).prepare(name('take')),
    insert: statements.insert(db, clock).prepare(name('insert')),
    replace: statements.replace(db, clock).prepare(name('replace')),
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

function first(rows: readonly Row[]): StoredSession | null {
  const [row] = rows
  return row ? stored(row) : null
}

function stored({ expiryAt, expiryIdleSeconds, ...row }: Row): StoredSession {
  const idle = expiryIdleSeconds === null ? null : { idleSeconds: expiryIdleSeconds }
  return { ...row, expiry: expiryAt ? { at: expiryAt } : idle }
}
