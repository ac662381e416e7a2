import { and, asc, desc } from 'drizzle-orm'
import type { Json, JsonObject } from '../../core/data/json.ts'
import { partsOf, withInternal } from '../../core/internals.ts'
import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import { KeyedMutex } from '../../core/store/keyed-mutex.ts'
import type { Change, Removal, SessionFilter, SessionPage, SessionStore } from '../../core/store/store.ts'
import type { NewSession, SessionRef, StoredSession } from '../../core/store/stored-session.ts'
import { modifyByVersion } from '../rows/by-version.ts'
import { batchReads } from './batch-reads.ts'
import { Clearing } from './clearing.ts'
import { type PostgresDatabase, primaryOf } from './database.ts'
import { orConflict, withReports } from './errors.ts'
import { beyondEdge, filterCondition, removalCondition } from './filters.ts'
import { migrate, migrationState } from './migrate.ts'
import { readableName } from './names.ts'
import type { DrizzlePart } from './part.ts'
import { type PreparedStatements, prepareAll, type Writers } from './prepared-statements.ts'
import { refsValues, refValues } from './row.ts'
import { ownColumnsOf, type SessionsTable, sessionsTable } from './schema.ts'
import * as statementValues from './statement-values.ts'
import { readStats } from './stats.ts'

/** The options of `drizzleStore`. */
export interface DrizzleStoreOptions {
  /** The table, which `sessionsTableAs` created. Pass the same one to `migrate`. @default sessionsTable */
  table?: SessionsTable
  /** Named prepared statements. Disable them behind a PgBouncer in transaction mode that is older than 1.21. @default true */
  prepare?: boolean
}

type Database = PostgresDatabase | (() => PostgresDatabase | Promise<PostgresDatabase>)

/**
 * Stores sessions in PostgreSQL (Django's db engine). Each operation sends one statement; the frequent ones are prepared once.
 *
 * `database` is any Drizzle database for PostgreSQL, or a function that opens one when the store is first used. It must not depend
 * on the request, because parallel requests share reads.
 * @example const { getSession } = createSessions({ ...sessionOptions, store: drizzleStore(db) })
 */
export function drizzleStore(database: Database, options: DrizzleStoreOptions = {}): SessionStore {
  const store = new DrizzleStore(database, options)
  return withInternal(withReports(store, store.table), partsOf, { drizzle: store.part })
}

class DrizzleStore implements SessionStore {
  readonly name = 'drizzle'
  readonly table: SessionsTable
  readonly columnNames: readonly string[] | undefined
  readonly #database: Database
  readonly #named: boolean
  readonly #clearing: Clearing
  /**
   * Compares versions instead of locking the row in a transaction. If a transaction loses its connection, pg's pool can lend
   * the same connection again with the transaction still open, and later writes are then never committed.
   */
  readonly modify = modifyByVersion(this)
  readonly #writes = new KeyedMutex()
  /** For the command. */
  readonly part: DrizzlePart
  #opening: Promise<PreparedStatements> | undefined

  /** Parallel requests that read in the same turn of the event loop share a statement. */
  readonly find = batchReads(async (refs: readonly SessionRef[]) => {
    const prepared = await this.#open()
    const [only, ...more] = refs
    const isSingle = only && more.length === 0
    const rows = isSingle ? await prepared.find.execute(refValues(only)) : await prepared.findMany.execute(refsValues(refs))
    const byId = new Map(rows.map((row) => [row.session.id, row]))
    return ({ id, tokenHash }: SessionRef): StoredSession | 'rotated' | null => {
      const row = byId.get(id)
      if (!row) return null
      const { session } = row
      if (session.tokenHash !== tokenHash) return 'isRotated' in row && !row.isRotated ? null : 'rotated'
      return byId.size < refs.length ? structuredClone(session) : session // two requests must not share one object
    }
  })

  constructor(database: Database, { table = sessionsTable, prepare = true }: DrizzleStoreOptions) {
    this.table = table
    const ownNames = Object.keys(ownColumnsOf(table))
    this.columnNames = ownNames.length > 0 ? ownNames : undefined
    this.#database = database
    this.#named = prepare
    this.#clearing = new Clearing(table)
    this.part = {
      table: readableName(table),
      open: async () => (await this.#open()).db,
      migrate: (db) => migrate(db, { table }),
      migrationState: (db) => migrationState(db, { table }),
    }
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    const { own, writersOf } = await this.#open()
    const { insert, replace } = writersOf(policy)
    const columns = own.values(session.columns)
    const values = { ...columns, ...statementValues.ruleValues(session.expiry), ...statementValues.sessionValues(session) }
    return sessionIn(await (replaces ? replace.execute({ ...values, ...refValues(replaces) }) : insert.execute(values)))
  }

  async update(ref: SessionRef, change: Change, policy: ExpiryPolicy) {
    const { own, writersOf } = await this.#open()
    const writers = writersOf(policy)
    const set = onlySets(change)
    if (set) {
      const { maxBytesBefore = statementValues.noLimit } = change
      return sessionIn(await writers.setKeys.execute({ ...refValues(ref), set: JSON.stringify(set), maxBytesBefore }))
    }
    const updated = update(
      writers,
      { ...refValues(ref), ...statementValues.changeValues(change), ...own.values(change.columns) },
      change,
    )
    return change.ifVersion === undefined ? updated : orConflict(updated)
  }

  async remove(which: Removal) {
    const target = await this.#open()
    const { db, table } = target
    return db.delete(table).where(removalCondition(target, which)).returning({ id: table.id, userId: table.userId }).execute()
  }

  async list(page: SessionPage) {
    const target = await this.#open()
    const { db, table, columns } = target
    const { sort, before, limit } = page
    const direction = before ? asc : desc
    const rows = await db
      .select(columns)
      .from(table)
      .where(and(filterCondition(target, page), beyondEdge(table, page)))
      .orderBy(...(sort === 'lastSeen' ? [direction(table.lastSeenAt)] : []), direction(table.id))
      .limit(limit)
    const sessions = rows.map(({ session }) => session)
    return before ? sessions.reverse() : sessions
  }

  async count(filter: SessionFilter) {
    const target = await this.#open()
    return target.db.$count(target.table, filterCondition(target, filter))
  }

  async stats() {
    return readStats((await this.#open()).db, this.table)
  }

  async clearExpired(limit: number) {
    const { db } = await this.#open()
    return this.#clearing.batch(db, limit)
  }

  /** At most one write per session waits for the row's lock, so that a locked row costs one connection of the pool. */
  queueWrite<T>(sessionId: string, write: () => Promise<T>): Promise<T> {
    return this.#writes.run(sessionId, write)
  }

  /** Opens the database and prepares the statements once. Tries again only after a failure. */
  #open(): Promise<PreparedStatements> {
    this.#opening ??= this.#prepare().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #prepare(): Promise<PreparedStatements> {
    const database = typeof this.#database === 'function' ? await this.#database() : this.#database
    return prepareAll(primaryOf(database), this.table, this.#named)
  }
}

type Row = Awaited<ReturnType<PreparedStatements['find']['execute']>>[number]

/** Returns the keys that a change sets, or null if it does anything else. */
function onlySets({ patch, take, ifVersion, client, columns, extendsExpiry }: Change): JsonObject | null {
  if (!patch || columns || take !== undefined || ifVersion !== undefined || client || !extendsExpiry) return null
  return patch.clear || patch.remove.length > 0 || Object.keys(patch.defaults).length > 0 ? null : patch.set
}

/** Runs the statement that makes `change`. */
async function update(writers: Writers, values: Record<string, unknown>, change: Change) {
  const { take, patch } = change
  if (take !== undefined) {
    const [row] = await writers.take.execute({ ...values, key: take })
    return row ? { ...row.session, taken: row.taken as Json } : null
  }
  if (patch) return sessionIn(await writers.writeData.execute({ ...values, ...statementValues.patchValues(patch) }))
  if (isTouch(change)) return sessionIn(await writers.touch.execute(values))
  return sessionIn(await writers.renew.execute({ ...values, ...statementValues.renewValues(change) }))
}

/** Returns true if a change without a patch only touches the session. */
function isTouch({ tokenHash, userId, authHash, deviceKey, expiry }: Change): boolean {
  return [tokenHash, userId, authHash, deviceKey, expiry].every((part) => part === undefined)
}

/** Returns the session in the result of a statement for at most one row. */
function sessionIn([row]: readonly Row[]): StoredSession | null {
  return row?.session ?? null
}
