import { withinDeadline } from '../../core/store/deadline.ts'
import { type RedisConnection, RedisFailure } from './connection.ts'

/** The time without attempts after a failure, so that not every request waits for Redis. */
const pauseMs = 1000
/** The number of different keys that must fail, without a reply to any key in between, before all keys are paused. */
const failuresBeforePause = 3
/**
 * The time after which a key that failed no longer counts as part of an outage, because its session may never be used
 * again.
 */
const outageMs = 60_000
/** The largest number of failed keys to remember. */
const maxFailures = 10_000
/** The shortest timeout of the first script, which has to wait for the connection. */
const firstTimeoutMs = 2000

/** The options of `OptionalRedis`. */
export interface OptionalRedisOptions {
  /** The longest time to wait for a reply. */
  readonly timeoutMs: number
  /** The end of the warning: the effect of the outage, and what to check. */
  readonly consequence: string
}

/**
 * Redis for callers that can continue without it. Pauses after a failure, and logs one warning for each outage. If a
 * part of a cluster fails, only the keys that failed are paused. If Redis does not reply to any key, all keys are
 * paused.
 */
export class OptionalRedis {
  readonly #connection: RedisConnection
  readonly #options: OptionalRedisOptions
  #timeoutMs: number
  /**
   * The keys that have failed and had no reply since, each with the time of its last failure. The oldest failure is
   * first.
   */
  readonly #failures = new Map<string, number>()
  /** Some of the keys that have failed since the last reply to any key. */
  readonly #failedInARow = new Set<string>()
  #lastReplyAt = Number.NEGATIVE_INFINITY
  #pausedUntil = Number.NEGATIVE_INFINITY
  #hasWarned = false

  constructor(connection: RedisConnection, options: OptionalRedisOptions) {
    this.#connection = connection
    this.#options = options
    this.#timeoutMs = Math.max(firstTimeoutMs, options.timeoutMs)
  }

  /** Runs a script on one key. Returns null if Redis fails, does not reply in time, or is paused. Never rejects. */
  async run(
    script: string,
    key: string,
    args: readonly string[],
    { ignorePause = false } = {},
  ): Promise<{ readonly reply: unknown } | null> {
    if (!ignorePause && this.#isPaused(key)) return null
    const startedAt = performance.now()
    try {
      const reply = await withinDeadline(() => this.#connection.run(script, [key], args), this.#timeoutMs, timedOut)
      this.#recordReply(key)
      return { reply }
    } catch (error) {
      this.#recordFailure(key, startedAt)
      this.#warn(error instanceof RedisFailure ? error.code : 'UNKNOWN')
      return null
    } finally {
      this.#timeoutMs = this.#options.timeoutMs
    }
  }

  #isPaused(key: string): boolean {
    const now = performance.now()
    return now < this.#pausedUntil || now < (this.#failures.get(key) ?? Number.NEGATIVE_INFINITY) + pauseMs
  }

  #recordReply(key: string): void {
    this.#lastReplyAt = performance.now()
    this.#pausedUntil = Number.NEGATIVE_INFINITY
    this.#failedInARow.clear()
    this.#failures.delete(key)
    for (const [failed, at] of this.#failures) {
      if (at + outageMs > this.#lastReplyAt) break
      this.#failures.delete(failed)
    }
    if (this.#failures.size === 0) this.#hasWarned = false
  }

  #recordFailure(key: string, startedAt: number): void {
    const now = performance.now()
    this.#failures.delete(key) // deleting the key first moves it to the end
    this.#failures.set(key, now)
    const [oldest = key] = this.#failures.keys()
    if (this.#failures.size > maxFailures) this.#failures.delete(oldest)
    if (this.#lastReplyAt > startedAt) return // Redis has replied to another key in the meantime.
    if (this.#failedInARow.size < failuresBeforePause) this.#failedInARow.add(key)
    if (this.#failedInARow.size === failuresBeforePause) this.#pausedUntil = now + pauseMs
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
