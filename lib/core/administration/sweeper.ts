import type { SessionEvent } from '../options.ts'
import type { RequestContext } from '../session/request-context.ts'
import type { SessionStore } from '../store/store.ts'

const intervalMs = 5 * 60_000
const batchSize = 1000

/** Returns a function to call after each write. At most every five minutes it deletes a batch of expired sessions; sooner if one was full. */
export function createSweeper(
  store: SessionStore,
  now: () => number,
  emit: (event: SessionEvent) => void,
): (request: RequestContext) => void {
  let dueAt: number | undefined // set at the first write, because earlier there may be no clock
  return (request) => {
    dueAt ??= now() + intervalMs
    if (now() < dueAt) return
    dueAt = now() + intervalMs
    request.later(async () => {
      const count = await store.clearExpired(batchSize)
      if (count === batchSize) dueAt = now()
      if (count > 0) emit({ type: 'expired', count, by: null })
    })
  }
}
