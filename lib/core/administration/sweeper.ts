import type { SessionEvent } from '../options.ts'
import type { SessionStore } from '../store/store.ts'
import type { RequestContext } from '../session/request-context.ts'

const intervalMs = 5 * 60_000
const batchSize = 1000

/** Deletes one bounded batch of expired sessions after a write, at most every five minutes, or sooner while batches come back full. */
export function createSweeper(store: SessionStore, now: () => number, emit: (event: SessionEvent) => void): (visit: RequestContext) => void {
  let dueAt: number | undefined // set at the first write: before, there may be no clock
  return (visit) => {
    dueAt ??= now() + intervalMs
    if (now() < dueAt) return
    dueAt = now() + intervalMs
    visit.later(async () => {
      const count = await store.clearExpired(batchSize)
      if (count === batchSize) dueAt = now()
      if (count > 0) emit({ type: 'expired', count, by: null })
    })
  }
}
