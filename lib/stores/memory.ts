import { SessionError } from '../core/errors.ts'
import type { SessionStore } from '../core/store/store.ts'
import { type DriverRow, type RowDriver, rowStore } from './rows/row-store.ts'

/** What `memoryStore` takes. */
export interface MemoryStoreOptions {
  /** The store's clock, in epoch milliseconds. @default Date.now */
  now?: () => number
  /** Beyond this many the session that was created first goes. @default 10000 */
  maxSessions?: number
  /** Keeps sessions in production, too, where each process would have its own and lose them at its end. @default false */
  allowInProduction?: boolean
}

/**
 * Keeps sessions in this process: for tests and for trying things out. They are gone when it ends, and other processes do not see them.
 * In production beginning a session rejects with CONFIG_INVALID, unless `allowInProduction` is set.
 */
export function memoryStore(options: MemoryStoreOptions = {}): SessionStore {
  return rowStore(memoryKeeper(options))
}

function memoryKeeper({ now = Date.now, maxSessions = 10_000, allowInProduction = false }: MemoryStoreOptions): RowDriver {
  const rows = new Map<string, DriverRow>()
  const isAt = (id: string, revision: number) => (rows.get(id)?.revision ?? 0) === revision
  return {
    name: 'memory',
    now,
    get: async (id) => rows.get(id) ?? null,
    put: async (row, expected) => {
      if (process.env.NODE_ENV === 'production' && !allowInProduction) throw notInProduction()
      if (!isAt(row.id, expected)) return false
      rows.set(row.id, row)
      const [oldest] = rows.keys()
      if (rows.size > maxSessions && oldest !== undefined) rows.delete(oldest)
      return true
    },
    delete: async (id, expected) => isAt(id, expected) && rows.delete(id),
    all: () => rows.values(),
  }
}

function notInProduction(): SessionError {
  const remedy = 'Use drizzleStore(db), or say memoryStore({ allowInProduction: true }).'
  return new SessionError('CONFIG_INVALID', `memoryStore in production would lose every session with its process. ${remedy}`)
}
