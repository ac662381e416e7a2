import type { SessionError } from '../../core/errors.ts'
import { type FailureReport, storeFailed } from '../../core/store/deadline.ts'
import type { SessionStore } from '../../core/store/store.ts'
import { wrapStore } from '../../core/store/wrap.ts'

const poolerHint =
  'A pooler shares connections between clients and does not support named statements: pass drizzleStore(db, { prepare: false }).'
const hints: Readonly<Record<string, string>> = {
  '42P01': 'The table is missing: run migrate(db).',
  '42P05': poolerHint,
  '42703': 'A column is missing: run migrate(db).',
  '26000': poolerHint,
  '28P01': 'The database rejected the password.',
}

/** Returns `store` with each failure as a STORE_FAILED that explains its SQLSTATE. */
export function withReports(store: Required<Omit<SessionStore, 'limited'>>): SessionStore {
  const reporting = wrapStore(store, (operation, outcome) =>
    operation().catch((error: unknown) => {
      throw storeFailed(error, outcome, reportOf)
    }),
  )
  return { ...reporting, queueWrite: (sessionId, write) => store.queueWrite(sessionId, write) }
}

/** A statement that the database rejected changed nothing, unless the connection or the commit itself failed. */
function reportOf(code: string): FailureReport {
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code)
  return { hint: hints[code], changedNothing: isSqlState && !/^(08|40003|57P0)/.test(code) }
}

/**
 * Returns 'conflict' if a write failed because other requests held the row for too long: 55P03 (lock_timeout) or 57014
 * (statement_timeout). Nothing was written then.
 */
export async function orConflict<T>(write: Promise<T>): Promise<T | 'conflict'> {
  try {
    return await write
  } catch (error) {
    const { cause } = storeFailed(error, 'unknown') as SessionError & { readonly cause?: { readonly code: string | null } }
    if (cause?.code === '55P03' || cause?.code === '57014') return 'conflict'
    throw error
  }
}
