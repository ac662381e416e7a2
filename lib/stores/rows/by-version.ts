import type { SessionStore } from '../../core/store/store.ts'

/**
 * Returns `modify` for a store that cannot lock a session: it reads, computes, and writes if no other request has written in between. It
 * repeats this until it succeeds or the time is up.
 */
export function modifyByVersion(store: Pick<SessionStore, 'find' | 'update'>): SessionStore['modify'] {
  const mutex = new KeyedMutex()
  return (ref, compute, policy, { timeoutMs, client }) => {
    const deadline = performance.now() + timeoutMs
    const change = { extendsExpiry: true, ...(client && { client }) }
    return mutex.run(ref.id, async () => {
      for (let tries = 0; performance.now() < deadline; tries++) {
        if (tries > 1) await jitter(tries)
        const row = await store.find(ref)
        if (!row) return null
        const patch = compute(row.data)
        if (!patch) return row
        const changed = await store.update(ref, { ...change, patch, ifVersion: row.version }, policy)
        if (changed) return changed
      }
      return 'conflict'
    })
  }
}

/** Runs the tasks of one key one after another, in the order of their calls. Comparing versions alone, the slower writer would always lose. */
class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `task` after the earlier ones of this key have settled. */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(task, task)
    this.#last.set(key, turn)
    try {
      return await turn
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    }
  }
}

/** Waits a few random milliseconds, longer after more tries, so that processes that lost to each other do not meet again. */
function jitter(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** tries, 32)))
}
