import { createHash } from 'node:crypto'
import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type { PostgresDatabase } from './database.ts'
import { find, findMany, targetOf } from './row.ts'
import type { SessionsTable } from './schema.ts'
import * as statements from './statements.ts'

/** The statements on one table of a database. */
export type PreparedStatements = ReturnType<typeof prepareAll>
/** The statements that write under one expiry policy. */
export type Writers = ReturnType<PreparedStatements['writersOf']>

interface Preparable<Prepared> {
  toSQL(): { readonly sql: string }
  prepare(name: string): Prepared
}

/** Builds each statement once, because building a statement takes longer than the database needs to run it. */
export function prepareAll(db: PostgresDatabase, table: SessionsTable, named: boolean) {
  const target = targetOf(db, table)
  const prepare = <Prepared>(label: string, query: Preparable<Prepared>) => query.prepare(named ? nameOf(label, query) : '')
  const prepareWriters = (policy: ExpiryPolicy) => {
    const rules = statements.expirySql(table, policy)
    return {
      setKeys: prepare('set_keys', statements.setKeys(target, rules)),
      writeData: prepare('write_data', statements.writeData(target, rules)),
      touch: prepare('touch', statements.touch(target, rules)),
      renew: prepare('renew', statements.renew(target, rules)),
      take: prepare('take', statements.take(target, rules)),
      insert: prepare('insert', statements.insert(target, rules)),
      replace: prepare('replace', statements.replace(target, rules)),
    }
  }
  // The key is the policy object. Building a key from its numbers at each write would take longer than the lookup.
  const byPolicy = new WeakMap<ExpiryPolicy, ReturnType<typeof prepareWriters>>()
  return {
    ...target,
    find: prepare('find', find(target)),
    findMany: prepare('find_many', findMany(target)),
    writersOf(policy: ExpiryPolicy) {
      const writers = byPolicy.get(policy) ?? prepareWriters(policy)
      byPolicy.set(policy, writers)
      return writers
    },
  }
}

/** A connection rejects two statements with one name, so the name depends on the text: tables and policies differ in it. */
function nameOf(label: string, query: Preparable<unknown>): string {
  return `coatcheck_${label}_${createHash('sha256').update(query.toSQL().sql).digest('hex').slice(0, 16)}`
}
