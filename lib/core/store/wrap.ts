import type { SessionStore } from './store.ts'

/** Runs one operation of a store. `outcome` tells what a failure leaves behind: a read changes nothing; a write may have been committed. */
export type AroundOperation = <T>(operation: () => Promise<T>, outcome: 'none' | 'unknown') => Promise<T>

/** Returns a store that runs each operation of `store` through `around`. What the callback of `modify` throws passes unchanged. */
export function wrapStore(store: SessionStore, around: AroundOperation): SessionStore {
  return {
    name: store.name,
    find: (ref) => around(() => store.find(ref), 'none'),
    list: (page) => around(() => store.list(page), 'none'),
    count: (filter) => around(() => store.count(filter), 'none'),
    stats: () => around(() => store.stats(), 'none'),
    create: (...args) => around(() => store.create(...args), 'unknown'),
    update: (...args) => around(() => store.update(...args), 'unknown'),
    remove: (which) => around(() => store.remove(which), 'unknown'),
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
      return around(() => store.modify(ref, computing, policy, wait), 'unknown').catch((error) => {
        throw thrown ? thrown.error : error
      })
    },
  }
}
