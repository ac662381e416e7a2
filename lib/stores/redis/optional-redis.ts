import { withinDeadline } from '../../core/store/deadline.ts'
import { type RedisConnection, RedisFailure } from './connection.ts'

/** The time without attempts after a failure, so that not every request waits for Redis. */
const pauseMs = 1000
/** The shortest timeout of the first script, which has to wait for the connection. */
const firstTimeoutMs = 2000

/** The options of `OptionalRedis`. */
export interface OptionalRedisOptions {
  /** The longest time to wait for a reply. */
  readonly timeoutMs: number
  /** The end of the warning: the effect of the outage, and what to check. */
  readonly consequence: string
}

/** Redis for callers that can continue without it. Pauses after a failure, and logs one warning for each outage. */
export class OptionalRedis {
  readonly #connection: RedisConnection
  readonly #options: OptionalRedisOptions
  #timeoutMs: number
  #pausedUntil = Number.NEGATIVE_INFINITY
  #hasWarned = false

  constructor(connection: RedisConnection, options: OptionalRedisOptions) {
    this.#connection = connection
    this.#options = options
    this.#timeoutMs = Math.max(firstTimeoutMs, options.timeoutMs)
  }

  /** Runs a script. Returns null if Redis fails, does not reply in time, or is paused. Never rejects. */
  async run(
    script: string,
    keys: readonly string[],
    args: readonly string[],
    { ignorePause = false } = {},
  ): Promise<{ readonly reply: unknown } | null> {
    if (!ignorePause && performance.now() < this.#pausedUntil) return null
    try {
      const reply = await withinDeadline(() => this.#connection.run(script, keys, args), this.#timeoutMs, timedOut)
      this.#pausedUntil = Number.NEGATIVE_INFINITY
      this.#hasWarned = false
      return { reply }
    } catch (error) {
      this.#pausedUntil = performance.now() + pauseMs
      this.#warn(error instanceof RedisFailure ? error.code : 'UNKNOWN')
      return null
    } finally {
      this.#timeoutMs = this.#options.timeoutMs
    }
  }

  #warn(code: string): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    console.warn(`coatcheck: Redis failed (${code}). ${this.#options.consequence}`)
  }
}

function timedOut(): RedisFailure {
  return new RedisFailure(Object.assign(new Error(), { code: 'TIMEOUT' }))
}
