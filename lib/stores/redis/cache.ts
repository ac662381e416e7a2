import type { SessionRef, StoredSession } from '../../core/store/stored-session.ts'
import { type WrittenRow, withDates } from '../rows/written-row.ts'
import { textsOf } from './connection.ts'
import type { OptionalRedis } from './optional-redis.ts'
import { clock } from './scripts.ts'

/** The time for which a lease belongs to its holder. Afterwards the holder has probably died, so another reader may take it. */
const leaseMs = 1000
/** The time between two attempts to delete copies that could not be deleted. */
const retryMs = 500
/**
 * Added to the lifetime of copies when waiting for their expiry, because this process and Redis have different clocks.
 */
const marginMs = 100

/**
 * Returns the copy with this token hash and its age in milliseconds. Without a copy, takes the lease and returns
 * 'leased'. Returns nothing if the copy has another hash, if another reader holds the lease, or if the memory of Redis
 * is full.
 */
const readOrLease = `${clock}
local entry = redis.call('HMGET', key, 'hash', 'at', 'row', 'lease')
if entry[3] then return entry[1] == ARGV[1] and { entry[3], text(now - entry[2]) } end
if entry[4] and now - entry[2] < ${leaseMs} then return false end
local leased = redis.pcall('HSET', key, 'lease', ARGV[2], 'at', text(now))
if type(leased) == 'table' then return false end
redis.call('PEXPIREAT', key, text(now + ARGV[3]))
return 'leased'
`
/**
 * Replaces the lease with a copy. The key keeps its expiry, so the age of a copy counts from the moment before the database was
 * read.
 */
const fill = `
if redis.call('HGET', KEYS[1], 'lease') ~= ARGV[1] then return false end
redis.call('HDEL', KEYS[1], 'lease')
redis.call('HSET', KEYS[1], 'hash', ARGV[2], 'row', ARGV[3])
`
const release = `return redis.call('HGET', KEYS[1], 'lease') == ARGV[1] and redis.call('DEL', KEYS[1])`
const invalidate = `return redis.call('DEL', KEYS[1])`

/** A copy that could not be deleted. Each failed deletion creates a new object. */
interface StaleCopy {
  /** The time at which the last copy has expired. */
  readonly until: number
}

/** The result of a lookup: the session, or a lease to fill the cache, or neither. */
export interface CacheLookup {
  readonly row?: StoredSession
  readonly lease?: string
}

/**
 * Copies of sessions in Redis. Only the holder of a lease may store a copy, and it takes the lease before it reads the
 * database. Invalidating deletes both copy and lease, so a slow reader cannot store a session that a writer has changed
 * in the meantime. No method rejects: while Redis is unreachable, the cache is empty.
 */
export class SessionCache {
  readonly #redis: OptionalRedis
  readonly #maxAgeMs: number
  /** The sessions whose copies could not be deleted. */
  readonly #stale = new Map<string, StaleCopy>()
  #retry: Promise<void> | undefined

  constructor(redis: OptionalRedis, maxAgeMs: number) {
    this.#redis = redis
    this.#maxAgeMs = maxAgeMs
  }

  /** Returns the copy of a session. Takes the lease if there is neither a copy nor a lease. */
  async find({ id, tokenHash }: SessionRef): Promise<CacheLookup> {
    if (this.#stale.has(id)) return {}
    const nonce = crypto.randomUUID()
    const result = await this.#redis.run(readOrLease, cacheKey(id), [tokenHash, nonce, String(this.#maxAgeMs)])
    if (!result) return {}
    const [text, age] = textsOf(result.reply) ?? []
    if (text === undefined) return result.reply === null ? {} : { lease: nonce }
    const row = agedCopy(text, Number(age) / 1000)
    return row && row.secondsLeft > 0 ? { row } : {} // Another request may have extended the session: the database decides.
  }

  /** Stores a copy of a session, unless the lease was invalidated. */
  async fill(lease: string, row: StoredSession): Promise<void> {
    await this.#redis.run(fill, cacheKey(row.id), [lease, row.tokenHash, JSON.stringify(row)])
  }

  /** Releases a lease. Without this, an invalid token would keep the session with its id out of the cache. */
  async release(lease: string, { id }: SessionRef): Promise<void> {
    await this.#redis.run(release, cacheKey(id), [lease])
  }

  /**
   * Deletes copies and leases. Returns the sessions for which Redis did not confirm the deletion, and tries those again in the
   * background.
   * @param options.ignorePause Also tries while Redis is paused, for a caller that would otherwise wait for copies to expire.
   */
  async invalidate(ids: readonly string[], options: { ignorePause?: boolean } = {}): Promise<readonly string[]> {
    const results = await Promise.all(ids.map((id) => this.#delete(id, options)))
    const failed = ids.filter((_, i) => !results[i])
    const until = performance.now() + this.#maxAgeMs + marginMs
    for (const id of failed) this.#stale.set(id, { until })
    if (failed.length > 0) this.#retry ??= this.#deleteLater()
    return failed
  }

  /**
   * Waits until no reader can get a copy from before the call: Redis has confirmed the deletion, or the copies have
   * expired.
   */
  async waitForExpiry(ids: readonly string[]): Promise<void> {
    const until = performance.now() + this.#maxAgeMs + marginMs
    while (performance.now() < until && ids.some((id) => this.#stale.has(id))) await this.#retry
  }

  /** Deletes the copy of one session. Returns true if Redis confirmed the deletion. */
  async #delete(id: string, options: { ignorePause?: boolean } = {}): Promise<boolean> {
    const stale = this.#stale.get(id)
    const result = await this.#redis.run(invalidate, cacheKey(id), [], options)
    // If another deletion has failed in the meantime, its write may be later than this deletion.
    if (result && this.#stale.get(id) === stale) this.#stale.delete(id)
    return result !== null
  }

  async #deleteLater(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, Math.min(retryMs, this.#maxAgeMs)))
    const now = performance.now()
    for (const [id, { until }] of this.#stale) if (until <= now) this.#stale.delete(id)
    const [first, ...others] = this.#stale.keys()
    if (first !== undefined) {
      // Only one attempt ignores the pause, so that few are sent while Redis does not respond. Each attempt tries another session.
      await this.#delete(first, { ignorePause: true })
      await Promise.all(others.map((id) => this.#delete(id)))
      this.#moveToEnd(first)
    }
    this.#retry = this.#stale.size > 0 ? this.#deleteLater() : undefined
  }

  #moveToEnd(id: string): void {
    const stale = this.#stale.get(id)
    if (!stale) return
    this.#stale.delete(id)
    this.#stale.set(id, stale)
  }
}

const cacheKey = (id: string) => `cache:{${id}}`

/** Returns the session of a copy that is this many seconds old, or null if the copy is not JSON. */
function agedCopy(text: string, seconds: number): StoredSession | null {
  try {
    const row: WrittenRow & Pick<StoredSession, 'secondsLeft' | 'secondsSinceSeen'> = JSON.parse(text)
    const { rotatedAt, ...session } = withDates(row)
    return { ...session, secondsLeft: row.secondsLeft - seconds, secondsSinceSeen: row.secondsSinceSeen + seconds }
  } catch {
    return null
  }
}
