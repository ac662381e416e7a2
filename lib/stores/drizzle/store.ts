import { and, asc, desc, inArray, sql } from 'drizzle-orm'
import type { Json, JsonObject } from '../../core/data/json.ts'
import type { Patch } from '../../core/data/patch.ts'
import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type {
  Change,
  NewSession,
  Removal,
  SessionFilter,
  SessionPage,
  SessionRef,
  SessionStore,
  StoredSession,
} from '../../core/store/store.ts'
import { modifyByVersion } from '../rows/by-version.ts'
import { batchReads } from './batch-reads.ts'
import { Clearing } from './clearing.ts'
import { hasNoTransactions, type PostgresDatabase } from './database.ts'
import { orConflict, withReports } from './errors.ts'
import { beyondEdge, conditions, removal } from './filters.ts'
import { columns } from './row.ts'
import { sessionsTable as table } from './schema.ts'
import * as statements from './statements.ts'
import { readStats } from './stats.ts'
import { changeValues, noLimit, patchValues, refsValues, refValues, ruleValues, sessionValues } from './values.ts'

/** What `drizzleStore` takes beside the database. */
export interface DrizzleStoreOptions {
  /** Named prepared statements. Turn them off behind a transaction-mode PgBouncer older than 1.21. @default true */
  prepare?: boolean
}

type Database = PostgresDatabase | (() => PostgresDatabase | Promise<PostgresDatabase>)

/**
 * Keeps sessions in PostgreSQL (Django's db engine): one statement for each operation, the hot ones prepared once.
 * `database` is any Drizzle PostgreSQL database, or a function that opens one at the first use; it must not
 * depend on the request, since parallel requests share reads.
 */
export function drizzleStore(database: Database, options: DrizzleStoreOptions = {}): SessionStore {
  return withReports(new DrizzleStore(database, options))
}

class DrizzleStore implements SessionStore {
  readonly name = 'drizzle'
  readonly #database: Database
  readonly #named: boolean
  readonly #clearing = new Clearing()
  readonly #modifyByVersion = modifyByVersion(this)
  #opening: Promise<PreparedStatements> | undefined

  /** Reads of one turn of the event loop, of parallel requests, share a statement. */
  readonly find = batchReads(async (refs: readonly SessionRef[]) => {
    const { find, findMany } = await this.#open()
    const [only, ...more] = refs
    const rows = only && more.length === 0 ? await find.execute(refValues(only)) : await findMany.execute(refsValues(refs))
    const byId = new Map(rows.map(({ session }) => [session.id, session]))
    return ({ id, tokenHash }: SessionRef) => {
      const session = byId.get(id)
      if (session?.tokenHash !== tokenHash) return null
      return byId.size < refs.length ? structuredClone(session) : session // two requests must not hold one object
    }
  })

  constructor(database: Database, { prepare = true }: DrizzleStoreOptions) {
    this.#database = database
    this.#named = prepare
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    const { insert, replace } = (await this.#open()).writersOf(policy)
    const row = { ...ruleValues(session.expiry), ...sessionValues(session) }
    return first(await (replaces ? replace.execute({ ...row, ...refValues(replaces) }) : insert.execute(row)))
  }

  async update(ref: SessionRef, change: Change, policy: ExpiryPolicy) {
    const writers = (await this.#open()).writersOf(policy)
    const sets = onlySets(change)
    if (sets) {
      const limit = change.maxBytesBefore ?? noLimit
      return first(await writers.setKeys.execute({ ...refValues(ref), set: JSON.stringify(sets), maxBytesBefore: limit }))
    }
    const updated = update(writers, { ...refValues(ref), ...changeValues(change) }, change)
    return change.ifVersion === undefined ? updated : orConflict(updated)
  }

  async modify(
    ref: SessionRef,
    compute: (data: JsonObject) => Patch | null,
    policy: ExpiryPolicy,
    wait: Parameters<SessionStore['modify']>[3],
  ) {
    const { db } = await this.#open()
    const { timeoutMs, client } = wait
    const locked = db.transaction(async (tx) => {
      await tx.execute(sql.raw(`set local lock_timeout = ${Math.round(timeoutMs)}`))
      const [row] = await statements.find(tx).for('update').prepare('').execute(refValues(ref))
      const patch = row && compute(row.session.data)
      if (!patch) return row?.session ?? null
      const values = {
        ...refValues(ref),
        ...changeValues({ extendsExpiry: true, ...(client && { client }) }),
        ...patchValues(patch),
      }
      return first(await statements.writeData(tx, statements.clockwork(policy)).prepare('').execute(values))
    })
    const modified = locked.catch((error: unknown) => {
      if (!hasNoTransactions(error)) throw error
      return this.#modifyByVersion(ref, compute, policy, wait)
    })
    return orConflict(modified)
  }

  async remove(which: Removal) {
    const { db } = await this.#open()
    const condition = 'keepNewest' in which ? inArray(table.id, statements.surplus(db, which)) : removal(which)
    return db.delete(table).where(condition).returning({ id: table.id, userId: table.userId })
  }

  async list(page: SessionPage) {
    const { db } = await this.#open()
    const { sort, before, limit } = page
    const direction = before ? asc : desc
    const rows = await db
      .select(columns)
      .from(table)
      .where(and(conditions(page), beyondEdge(page)))
      .orderBy(...(sort === 'lastSeen' ? [direction(table.lastSeenAt)] : []), direction(table.id))
      .limit(limit)
    const found = rows.map(({ session }) => session)
    return before ? found.reverse() : found
  }

  async count(filter: SessionFilter) {
    const { db } = await this.#open()
    return db.$count(table, conditions(filter))
  }

  async stats() {
    return readStats((await this.#open()).db)
  }

  async clearExpired(limit: number) {
    const { db } = await this.#open()
    return this.#clearing.batch(db, limit)
  }

  /** Once; again only after it has failed. */
  #open(): Promise<PreparedStatements> {
    this.#opening ??= this.#prepare().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #prepare(): Promise<PreparedStatements> {
    return prepareAll(typeof this.#database === 'function' ? await this.#database() : this.#database, this.#named)
  }
}

type PreparedStatements = ReturnType<typeof prepareAll>
type Writers = ReturnType<PreparedStatements['writersOf']>
type Row = Awaited<ReturnType<PreparedStatements['find']['execute']>>[number]

/** Builds each statement once: building one anew costs more than the database takes to run it. */
function prepareAll(db: PostgresDatabase, named: boolean) {
  // By the object: to make a key of its numbers at each write would take longer than to find it.
  const byPolicy = new WeakMap<ExpiryPolicy, ReturnType<typeof prepareWriters>>()
  return {
    db,
    find: statements.find(db).prepare(named ? 'coatcheck_find' : ''),
    findMany: statements.findMany(db).prepare(named ? 'coatcheck_find_many' : ''),
    writersOf(policy: ExpiryPolicy) {
      const known = byPolicy.get(policy) ?? prepareWriters(db, policy, named)
      byPolicy.set(policy, known)
      return known
    },
  }
}

function prepareWriters(db: PostgresDatabase, policy: ExpiryPolicy, named: boolean) {
  const clock = statements.clockwork(policy)
  const numbers = `${policy.maxAgeSeconds}_${policy.absoluteSeconds}_${policy.touchSeconds}`
  const name = (statement: string) => (named ? `coatcheck_${statement}_${numbers}` : '')
  return {
    writeData: statements.writeData(db, clock).prepare(name('write_data')),
    setKeys: statements.setKeys(db, clock).prepare(name('set_keys')),
    touch: statements.touch(db, clock).prepare(name('touch')),
    renew: statements.renew(db, clock).prepare(name('renew')),
    take: statements.take(db, clock).prepare(name('take')),
    insert: statements.insert(db, clock).prepare(name('insert')),
    replace: statements.replace(db, clock).prepare(name('replace')),
  }
}

/** Returns the keys that a change sets, if it does nothing else. */
function onlySets({ patch, take, ifVersion, client, extendsExpiry }: Change): JsonObject | null {
  if (!patch || take !== undefined || ifVersion !== undefined || client || !extendsExpiry) return null
  return patch.clear || patch.remove.length > 0 || Object.keys(patch.defaults).length > 0 ? null : patch.set
}

async function update(writers: Writers, values: Record<string, unknown>, change: Change) {
  if (change.take !== undefined) {
    const [row] = await writers.take.execute({ ...values, key: change.take })
    return row ? { ...row.session, taken: row.taken as Json } : null
  }
  if (change.patch) return first(await writers.writeData.execute({ ...values, ...patchValues(change.patch) }))
  if (change.tokenHash === undefined && change.userId === undefined && change.expiry === undefined) {
    return first(await writers.touch.execute(values))
  }
  const renewal = { newHash: change.tokenHash ?? null, userId: change.userId ?? null, newRule: change.expiry !== undefined }
  return first(await writers.renew.execute({ ...values, ...renewal, ...ruleValues(change.expiry ?? null) }))
}

function first(rows: readonly Row[]): StoredSession | null {
  return rows[0]?.session ?? null
}
