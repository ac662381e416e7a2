import { afterThisTurn } from '../../core/store/event-loop.ts'

/**
 * The largest number of keys in one statement. With more requests than that, some continue while the server reads the rows of
 * others.
 */
const maxBatchSize = 16

interface Batch<Key, Value> {
  readonly keys: Key[]
  readonly lookup: Promise<(key: Key) => Value>
}

/**
 * Returns a function that loads the value of one key. Calls in the same turn of the event loop share one call of `load`, which
 * receives their keys and resolves to a function that returns the value of each. A single call is hardly delayed, because
 * `setImmediate` runs right after the callbacks that are due.
 */
export function batchReads<Key, Value>(load: (keys: readonly Key[]) => Promise<(key: Key) => Value>): (key: Key) => Promise<Value> {
  let batch: Batch<Key, Value> | null = null

  function startBatch(): Batch<Key, Value> {
    const keys: Key[] = []
    const lookup = new Promise<void>((resolve) => {
      afterThisTurn(() => {
        // The statement is sent now. A later call must not receive a result from before that call.
        if (batch?.keys === keys) batch = null
        resolve()
      })
    }).then(() => load(keys))
    return { keys, lookup }
  }

  return async (key) => {
    if (!batch || batch.keys.length === maxBatchSize) batch = startBatch()
    batch.keys.push(key)
    return (await batch.lookup)(key)
  }
}
