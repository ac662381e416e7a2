import type { SessionError } from '../../core/errors.ts'
import { storeFailed } from '../../core/store/deadline.ts'
import type { SessionStore } from '../../core/store/store.ts'
import { wrapStore } from '../../core/store/wrap.ts'
import { readableName } from './names.ts'
import { type SessionsTable, sessionsTable } from './schema.ts'

const poolerHint =
  'A pooler shares connections between clients and does not support named statements: pass drizzleStore(db, { prepare: false }).'

function hintsFor(table: SessionsTable): Readonly<Record<string, string>> {
  const name = readableName(table)
  // The command knows an app's own table only from its configuration file.
  const [call, configuration] =
    table === sessionsTable ? ['migrate(db)', ''] : ['migrate(db, { table })', ' with a coatcheck.config.ts']
  const migrate = `run ${call}, or npx coatcheck migrate${configuration}`
  return {
    '42P01': `The table ${name} is missing: ${migrate}.`,
    '42P05': poolerHint,
    '42703': `The table ${name} lacks a column: ${migrate}. If it is a table of the app, name another with sessionsTableAs.`,
    '26000': poolerHint,
    '28000': 'The database rejected the user.',
    '28P01': 'The database rejected the password.',
    '3D000': 'The server has no database with this name: create it with createdb, or correct the URL.',
    ECONNREFUSED: 'No database server listens at this address. Without an address, pg connects to localhost:5432.',
  }
}

/** Returns `store`, whose rows are in `table`, with each failure as a STORE_FAILED that explains its SQLSTATE. */
export function withReports(store: SessionStore & Pick<Required<SessionStore>, 'queueWrite'>, table: SessionsTable): SessionStore {
  const hints = hintsFor(table)
  const reporting = wrapStore(store, (operation, outcome) =>
    operation().catch((error: unknown) => {
      throw storeFailed(error, outcome, (code) => ({ hint: hints[code], changedNothing: rejects(code) || unsent.has(code) }))
    }),
  )
  return { ...reporting, queueWrite: (sessionId, write) => store.queueWrite(sessionId, write) }
}

/**
 * Failures of a connection that could not be opened, so that nothing was sent. Each write is one statement. An operation of another
 * store may fail like this after its first command has succeeded.
 */
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

/** A statement that the database rejected changed nothing, unless the connection or the commit itself failed. */
function rejects(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) && !/^(08|40003|57P0)/.test(code)
}

/**
 * Returns 'conflict' if a write failed because other requests held the row for too long: 55P03 (lock_timeout) or 57014
 * (statement_timeout). In both cases nothing was written.
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
