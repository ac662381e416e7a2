import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type { PostgresDatabase } from './database.ts'
import { find, findMany } from './row.ts'
import * as statements from './statements.ts'

/** The statements of one database. */
export type PreparedStatements = ReturnType<typeof prepareAll>
/** The statements that write under one expiry policy. */
export type Writers = ReturnType<typeof prepareWriters>

/** Builds each statement once, because building a statement takes longer than the database needs to run it. */
export function prepareAll(db: PostgresDatabase, named: boolean) {
  // The key is the policy object. Building a key from its numbers at each write would take longer than the look-up.
  const byPolicy = new WeakMap<ExpiryPolicy, Writers>()
  return {
    db,
    find: find(db).prepare(named ? 'coatcheck_find' : ''),
    findMany: findMany(db).prepare(named ? 'coatcheck_find_many' : ''),
    writersOf(policy: ExpiryPolicy) {
      const writers = byPolicy.get(policy) ?? prepareWriters(db, policy, named)
      byPolicy.set(policy, writers)
      return writers
    },
  }
}

function prepareWriters(db: PostgresDatabase, policy: ExpiryPolicy, named: boolean) {
  const rules = statements.expirySql(policy)
  const numbers = `${policy.maxAgeSeconds}_${policy.absoluteSeconds}_${policy.touchSeconds}`
  const name = (statement: string) => (named ? `coatcheck_${statement}_${numbers}` : '')
  return {
    setKeys: statements.setKeys(db, rules).prepare(name('set_keys')),
    writeData: statements.writeData(db, rules).prepare(name('write_data')),
    touch: statements.touch(db, rules).prepare(name('touch')),
    renew: statements.renew(db, rules).prepare(name('renew')),
    take: statements.take(db, rules).prepare(name('take')),
    insert: statements.insert(db, rules).prepare(name('insert')),
    replace: statements.replace(db, rules).prepare(name('replace')),
  }
}
