import type { Removal, SessionStore } from './store.ts'

/**
 * Runs one operation of a store. `outcome` is the outcome that a failure reports: 'none' for a read, and 'unknown' for a write,
 * which may have been committed. `sessionId` is set if the write changes exactly one session.
 */
export type AroundOperation = <T>(operation: () => Promise<T>, outcome: 'none' | 'unknown', sessionId?: string) => Promise<T>

/**
 * Returns a store that runs each operation of `store` through `around`. An error that the callback of `modify` throws
 * is rethrown unchanged.
 */
export function wrapStore(store: SessionStore, around: AroundOperation): SessionStore {
  return {
    name: store.name,
    ...(store.columnNames && { columnNames: store.columnNames }),
    find: (ref) => around(() => store.find(ref), 'none'),
    list: (page) => around(() => store.list(page), 'none'),
    count: (filter) => around(() => store.count(filter), 'none'),
    stats: () => around(() => store.stats(), 'none'),
    create: (...args) => around(() => store.create(...args), 'unknown', args[2]?.id),
    update: (...args) => around(() => store.update(...args), 'unknown', args[0].id),
    remove: (which) => around(() => store.remove(which), 'unknown', onlyIdOf(which)),
    clearExpired: (limit) => around(() => store.clearExpired(limit), 'unknown'),
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
      const calledAt = performance.now()
      const modify = async () => {
        const timeoutMs = wait.timeoutMs - (performance.now() - calledAt)
        return timeoutMs < 1 ? 'conflict' : store.modify(ref, computing, policy, { ...wait, timeoutMs })
      }
      return around(modify, 'unknown', ref.id).catch((error) => {
        throw thrown ? thrown.error : error
      })
    },
  }
}

function onlyIdOf(which: Removal): string | undefined {
  return 'ids' in which && which.ids.length === 1 ? which.ids[0] : undefined
}
