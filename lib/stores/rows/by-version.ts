import { conflict } from '../../core/session/write-errors.ts'
import type { SessionStore } from '../../core/store/store.ts'

/**
 * `modify` for a store that cannot hold a session while it computes: reads, computes, and writes if nobody else has meanwhile; again, until
 * that works or the time is up.
 */
export function modifyByVersion(store: Pick<SessionStore, 'find' | 'update'>): SessionStore['modify'] {
  const turns = new KeyedMutex()
  return (ref, compute, policy, { timeoutMs, client }) => {
    const deadline = performance.now() + timeoutMs
    const change = { extendsExpiry: true, ...(client && { client }) }
    return turns.take(ref.id, async () => {
      let refused: number | undefined
      for (let tries = 0; performance.now() < deadline; tries++) {
        if (tries > 1) await jitter(tries)
        const row = await store.find(ref)
        // Refused although nobody else has changed it: by the patch's bound.
        if (!row || row.version === refused) return null
        const patch = compute(row.data)
        const changed = patch ? await store.update(ref, { ...change, patch, ifVersion: row.version }, policy) : row
        if (changed) return changed
        refused = row.version
      }
      throw conflict()
    })
  }
}

/**
 * Lets the callers of one process that change the same session wait for each other, first come, first served: where only versions are
 * compared, whoever is slower loses each time.
 */
class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `task` once the earlier ones of this id have settled. */
  async take<T>(id: string, task: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(id) ?? Promise.resolve()).then(task, task)
    this.#last.set(id, turn)
    try {
      return await turn
    } finally {
      if (this.#last.get(id) === turn) this.#last.delete(id)
    }
  }
}

/** Waits a few random milliseconds, more after more tries: processes that lost to each other should not meet again. */
function jitter(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** tries, 32)))
}
