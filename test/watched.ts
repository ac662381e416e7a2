import type { SessionStore } from '../lib/core/store/store'

/** A store whose reads a test can count and delay. */
export interface Watched {
  readonly store: SessionStore
  /** The number of calls of `find`. */
  reads: number
  /** A read waits for this after it has queried the store and before it returns. */
  gate: Promise<void>
}

/** Wraps a store so that a test can count and delay the calls of `find`. */
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

/** Returns a promise and a function that resolves it. */
export function gate(): { readonly closed: Promise<void>; open(): void } {
  let open = () => {}
  const closed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { closed, open: () => open() }
}
