import { type FailureCause, SessionError } from '../errors.ts'
import type { SessionStore } from './store.ts'

const pooled = ' A pooler shares connections without knowing named statements: pass drizzleStore(db, { prepare: false }).'
const hints: Readonly<Record<string, string>> = {
  '42P01': ' The table is missing: run migrate(db).',
  '42P05': pooled,
  '42703': ' A column is missing: run migrate(db).',
  '26000': pooled,
  '28P01': ' The database refused the password.',
  ECONNREFUSED: ' Nothing listens at the address of the database or Redis.',
}

/** `store`, with each operation cut off after `timeoutMs` and each failure told as `STORE_FAILED`. */
export function withDeadline(store: SessionStore, timeoutMs: number): SessionStore {
  if (store.limited) return store.limited((behind) => withDeadline(behind, timeoutMs))
  const reading = <T>(operation: () => Promise<T>) => withinDeadline(operation, timeoutMs, 'none')
  const writing = <T>(operation: () => Promise<T>) => withinDeadline(operation, timeoutMs, 'unknown')
  return {
    name: store.name,
    find: (ref) => reading(() => store.find(ref)),
    list: (page) => reading(() => store.list(page)),
    count: (filter) => reading(() => store.count(filter)),
    stats: () => reading(() => store.stats()),
    create: (...args) => writing(() => store.create(...args)),
    update: (...args) => writing(() => store.update(...args)),
    remove: (which) => writing(() => store.remove(which)),
    clearExpired: (limit) => writing(() => store.clearExpired(limit)),
    modify: async (ref, compute, policy, wait) => {
      let thrown: { readonly error: unknown } | undefined
      const computing: typeof compute = (data) => {
        try {
          return compute(data)
        } catch (error) {
          thrown = { error }
          throw error
        }
      }
      return writing(() => store.modify(ref, computing, policy, wait)).catch((error) => {
        throw thrown ? thrown.error : error
      })
    },
  }
}

// Taken before a test replaces it with a fake timer that nobody advances.
const { setImmediate: afterThisTurn } = globalThis

/** A process that was held up for all of the time finds timer and answer due at once: the answer, which is read before `setImmediate`, counts. */
function withinDeadline<T>(operation: () => Promise<T>, timeoutMs: number, outcome: 'none' | 'unknown'): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      const text = `The session store did not answer within ${timeoutMs / 1000} s.`
      reject(new SessionError('STORE_FAILED', text, { outcome, cause: { code: 'TIMEOUT', constraint: null } }))
    }
    const timer = setTimeout(() => afterThisTurn(giveUp), timeoutMs)
    const settle = async () => {
      try {
        resolve(await operation())
      } catch (error) {
        reject(error instanceof SessionError ? error : storeFailed(error, outcome))
      } finally {
        clearTimeout(timer)
      }
    }
    void settle()
  })
}

/** What went wrong in a store, as STORE_FAILED: codes only. */
export function storeFailed(error: unknown, outcome: 'none' | 'unknown'): SessionError {
  const cause = codesOf(error)
  const what = cause.code ? ` (${cause.code})` : ''
  return new SessionError('STORE_FAILED', `The session store failed${what}.${hints[cause.code ?? ''] ?? ''}`, {
    cause,
    outcome: outcome === 'none' || changedNothing(cause.code) ? 'none' : 'unknown',
  })
}

/** The codes of the innermost error that has one: drivers wrap each other. */
function codesOf(error: unknown): FailureCause {
  let found: FailureCause = { code: null, constraint: null }
  for (let depth = 0, at = error; at instanceof Error && depth < 5; depth++, at = at.cause) {
    const { code, constraint } = at as { code?: unknown; constraint?: unknown }
    if (typeof code === 'string' && /^\w{2,40}$/.test(code)) {
      found = { code, constraint: typeof constraint === 'string' ? constraint : null }
    } else if (!found.code && at.name !== 'Error') found = { code: at.name, constraint: null }
  }
  return found
}

/** A statement that the database refused did nothing, unless the connection or the commit itself broke. */
function changedNothing(code: string | null): boolean {
  if (!code) return false
  if (/^[0-9A-Z]{5}$/.test(code) && /\d/.test(code)) return !/^(08|40003|57P0)/.test(code)
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)
}
