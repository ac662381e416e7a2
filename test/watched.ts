import type { SessionStore } from '../lib/core/store/store'

/** A store, with what the test knows and decides about its reads. */
export interface Watched {
  readonly store: SessionStore
  /** How often `find` was called. */
  reads: number
  /** A read that has seen the store waits for this before it answers. */
  gate: Promise<void>
}

/** Puts a watch before a store's `find`. */
export function watch(behind: SessionStore): Watched {
  const watched: Watched = {
    reads: 0,
    gate: Promise.resolve(),
    store: {
      name: behind.name,
      find: async (ref) => {
        watched.reads += 1
        const row = await behind.find(ref)
        await watched.gate
        return row
      },
      create: (...args) => behind.create(...args),
      update: (...args) => behind.update(...args),
      modify: (...args) => behind.modify(...args),
      remove: (which) => behind.remove(which),
      list: (page) => behind.list(page),
      count: (filter) => behind.count(filter),
      stats: () => behind.stats(),
      clearExpired: (limit) => behind.clearExpired(limit),
    },
  }
  return watched
}

/** A promise and the way to settle it. */
export function gate(): { readonly closed: Promise<void>; open(): void } {
  let open = () => {}
  const closed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { closed, open: () => open() }
}
