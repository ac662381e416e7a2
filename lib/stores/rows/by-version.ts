import { withinDeadline } from '../../core/store/deadline.ts'
import { KeyedMutex } from '../../core/store/keyed-mutex.ts'
import type { SessionStore } from '../../core/store/store.ts'

/**
 * Returns `modify` for a store that cannot lock a session: it reads, computes, and writes if no other request has written in
 * between. It repeats this until it succeeds or the time is up. Within this process the writers of a session take turns,
 * because the slower one would lose every comparison.
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
        const changed = await store.update(ref, { ...change, patch, ifVersion: row.version }, policy)
        if (changed) return changed
      }
      return 'conflict' as const
    }
    // A store that never responds must not block the writers that wait for their turn.
    const late = () => Object.assign(new Error('The session store did not respond.'), { code: 'TIMEOUT' })
    return mutex.run(ref.id, () => withinDeadline(attempt, timeoutMs * 1.25, late))
  }
}

/** Waits a few random milliseconds, longer after more tries, so that processes that lost to each other do not meet again. */
function jitter(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** tries, 32)))
}
