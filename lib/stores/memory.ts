import { SessionError } from '../core/errors.ts'
import type { SessionStore } from '../core/store/store.ts'
import { type DriverRow, type RowDriver, rowStore } from './rows/row-store.ts'

/** The options of `memoryStore`. */
export interface MemoryStoreOptions {
  /** The store's clock, in epoch milliseconds. @default Date.now */
  now?: () => number
  /** The largest number of sessions. Above this number, the session that was created first is deleted. @default 10000 */
  maxSessions?: number
  /** Allows the store in production, where each process has its own sessions and loses them when it exits. @default false */
  allowInProduction?: boolean
}

/**
 * Keeps sessions in this process, for tests and first steps. They are lost when the process exits, and other processes do not
 * see them. In production, creating a session rejects with CONFIG_INVALID unless `allowInProduction` is set.
 */
export function memoryStore(options: MemoryStoreOptions = {}): SessionStore {
  return rowStore(memoryDriver(options))
}

function memoryDriver({ now = Date.now, maxSessions = 10_000, allowInProduction = false }: MemoryStoreOptions): RowDriver {
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
  const remedy = 'Use drizzleStore(db), or pass memoryStore({ allowInProduction: true }).'
  return new SessionError(
    'CONFIG_INVALID',
    `memoryStore loses every session when the process exits, so it is not for production. ${remedy}`,
  )
}
