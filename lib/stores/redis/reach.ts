import { type RedisConnection, RedisFailure } from './connection.ts'

/** After a failure Redis is left alone for so long, so that not every request waits for it. */
const pauseMs = 1000
/** The first answer may take longer: the connection has to be made. */
const firstMs = 2000

/** What `RedisReach` takes. */
export interface ReachOptions {
  /** Longest time to wait for an answer. */
  readonly timeoutMs: number
  /** What is worse while Redis is away, and until when: ends the warning. */
  readonly consequence: string
}

/** Redis as something one can do without: it is given little time, left alone after a failure, and warned about once in each outage. */
export class RedisReach {
  readonly #connection: RedisConnection
  readonly #options: ReachOptions
  #timeoutMs: number
  #downUntil = Number.NEGATIVE_INFINITY
  #warned = false

  constructor(connection: RedisConnection, options: ReachOptions) {
    this.#connection = connection
    this.#options = options
    this.#timeoutMs = Math.max(firstMs, options.timeoutMs)
  }

  /** Runs a script; null if Redis did not answer in time, failed, or has just done so. Never rejects. */
  async run(
    script: string,
    keys: readonly string[],
    args: readonly string[],
    { evenIfDown = false } = {},
  ): Promise<{ readonly reply: unknown } | null> {
    if (!evenIfDown && performance.now() < this.#downUntil) return null
    try {
      const reply = await within(this.#timeoutMs, this.#connection.run(script, keys, args))
      this.#downUntil = Number.NEGATIVE_INFINITY
      this.#warned = false
      return { reply }
    } catch (error) {
      this.#downUntil = performance.now() + pauseMs
      this.#warn(error instanceof RedisFailure ? error.code : 'TIMEOUT')
      return null
    } finally {
      this.#timeoutMs = this.#options.timeoutMs
    }
  }

  #warn(code: string): void {
    if (this.#warned) return
    this.#warned = true
    console.warn(`coatcheck: Redis failed (${code}). ${this.#options.consequence}`)
  }
}

/** Whoever was held up for as long as it waits finds timer and answer due at once: the answer, which is read before `setImmediate`, counts. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new RedisFailure(Object.assign(new Error(), { code: 'TIMEOUT' })))
    timer = setTimeout(() => setImmediate(giveUp), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
