import { partsOf } from '../core/internals.ts'
import type { DrizzlePart } from '../stores/drizzle/part.ts'
import type { RedisPart } from '../stores/redis/part.ts'

/** The servers behind a store. */
export interface StoreParts {
  readonly drizzle?: DrizzlePart
  readonly redis?: RedisPart
}

/** Returns the servers behind a store; none for a store that the app has written itself. */
export function storeParts(store: object): StoreParts {
  return partsOf in store ? (store[partsOf] as StoreParts) : {}
}
