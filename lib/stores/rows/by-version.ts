import { timedOut, withinDeadline } from '../../core/store/deadline.ts'
import { KeyedMutex } from '../../core/store/keyed-mutex.ts'
import type { SessionStore } from '../../core/store/store.ts'

/**
 * Returns `modify` for a store that cannot lock a session: it reads, computes, and writes if no other request has
 * written in between. It repeats this until it succeeds or the timeout is over. In this process the writers of a
 * session take turns, because otherwise the slower one would lose every comparison.
 */
export function modifyByVersion(store: Pick<SessionStore, 'find' | 'update'>): SessionStore['modify'] {
  const mutex = new KeyedMutex()
  return (ref, compute, policy, { timeoutMs, client }) => {
    const deadline = performance.now() + timeoutMs
    const change = { extendsExpiry: true, ...(client && { client }) }
    const attempt = async () => {
      for (let tries = 0; performance.now() < deadline; tries++) {
        if (tries > 1) await jitter(tries)
        const row = await store.find(ref)
        if (!row || row === 'rotated') return null
        const patch = compute(row.data)
        if (!patch) return row
        const columns = patch.columns && { columns: patch.columns }
        const changed = await store.update(ref, { ...change, patch, ...columns, ifVersion: row.version }, policy)
        if (changed) return changed
      }
      return 'conflict' as const
    }
    // A store that never responds must not block the writers that wait for their turn.
    const limitMs = timeoutMs * 1.25
    return mutex.run(ref.id, () => withinDeadline(attempt, limitMs, () => timedOut(limitMs, 'unknown')))
  }
}

/** Waits a few random milliseconds, and longer after more tries, so that competing processes do not collide again. */
function jitter(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** tries, 32)))
}
