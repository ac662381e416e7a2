import type { RunScript } from './connection.ts'

/** A store's connection to Redis, for the command. The stores in Redis hold it under the key `partsOf`. */
export interface RedisPart {
  /** True if Redis has only copies of the sessions, which it may evict. */
  readonly isCache: boolean
  readonly run: RunScript
}
