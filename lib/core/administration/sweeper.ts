import type { SessionEvent } from '../events.ts'
import type { RequestContext } from '../session/request-context.ts'
import type { SessionStore } from '../store/store.ts'

const intervalMs = 5 * 60_000
const batchSize = 1000

/**
 * The chance that a write of a new process starts the first sweep. A serverless process often ends before five minutes have passed.
 */
const firstChance = 0.01

/**
 * Returns a function to call after each write. It deletes a batch of expired sessions at most every five minutes, or
 * sooner if the last batch was full. The first batch follows one of the first writes, chosen at random.
 */
export function createSweeper(
  store: SessionStore,
  now: () => number,
  emit: (event: SessionEvent) => void,
  random: () => number = Math.random,
): (request: RequestContext) => void {
  let dueAt: number | undefined
  return (request) => {
    if (dueAt === undefined ? random() >= firstChance : now() < dueAt) return
    dueAt = now() + intervalMs
    request.later(async () => {
      const count = await store.clearExpired(batchSize)
      if (count === batchSize) dueAt = now()
      if (count > 0) emit({ type: 'expired', count, by: null })
    })
  }
}
