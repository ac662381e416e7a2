import { setTimeout } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { SessionError } from '../../core/errors.ts'
import { storeFailed } from '../../core/store/deadline.ts'
import { hasNoTransactions, type PostgresDatabase } from './database.ts'

/** The key of the advisory lock: 'coat' in ASCII, which other applications are unlikely to use. */
const lockKey = 0x636f6174
/** Readers of the table queue behind a statement that waits for its exclusive lock, so no statement may wait for long. */
const lockTimeout = '1s'
/** The total time for which a transaction that waits for a lock is retried. */
const patienceMs = 120_000

/**
 * Runs `work` in a transaction under a transaction-level advisory lock, because a session-level lock does not work behind a pooler.
 * If another transaction's lock blocks `work` for a second, rolls back, so that other transactions continue, and tries again for
 * two minutes.
 * @throws {SessionError} CONFIG_INVALID if the driver has no transactions; STORE_FAILED if the locks were not released in time.
 */
export async function shortTransaction<T>(db: PostgresDatabase, work: (tx: PostgresDatabase) => Promise<T>): Promise<T> {
  for (const deadline = performance.now() + patienceMs; ; ) {
    try {
      return await db.transaction(async (tx) => {
        // The app's own `statement_timeout` may be shorter than the wait for the lock.
        await tx.execute(sql`set local statement_timeout = 0`)
        await tx.execute(sql.raw(`set local lock_timeout = '${lockTimeout}'`))
        await tx.execute(sql.raw(`select pg_advisory_xact_lock(${lockKey})`))
        return work(tx)
      })
    } catch (error) {
      if (hasNoTransactions(error)) throw withoutTransactions()
      if (!isLocked(error)) throw error
      if (performance.now() > deadline) throw storeFailed(error, 'none', () => ({ hint: stillLocked }))
    }
    await pause()
  }
}

/** Waits for a random time of up to half a second. */
export async function pause(): Promise<void> {
  await setTimeout(100 + Math.random() * 400)
}

/** Returns the SQLSTATE of a failed statement, or null. */
export function sqlState(error: unknown): string | null {
  const { cause } = storeFailed(error, 'none')
  return cause instanceof Object && 'code' in cause && typeof cause.code === 'string' ? cause.code : null
}

const stillLocked =
  'Other transactions kept the table locked for two minutes. Wait until they finish (for example a backup), and run migrate again.'

/** 55P03: lock_timeout; 40P01: a deadlock, in which the other transaction continues. */
function isLocked(error: unknown): boolean {
  return ['55P03', '40P01'].includes(sqlState(error) ?? '')
}

function withoutTransactions(): SessionError {
  const remedy = 'Run npx coatcheck migrate, or pass a database with another driver'
  return new SessionError('CONFIG_INVALID', `migrate needs transactions, and this Drizzle driver has none. ${remedy}.`)
}
