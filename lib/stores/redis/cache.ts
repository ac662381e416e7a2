import type { SessionRef, StoredSession } from '../../core/store/store.ts'
import { type WrittenRow, withDates } from '../rows/rows.ts'
import { textsOf } from './connection.ts'
import type { RedisReach } from './reach.ts'
import { clock } from './scripts.ts'

/** How long others leave a lease alone: whoever holds one longer has probably died. */
const leaseMs = 1000
/** Between two attempts to evict what could not be evicted. */
const retryMs = 500
/** Copies are waited for a little longer than they live: this process and Redis count time by different clocks. */
const marginMs = 100

/** The entry under this token hash with its age; else 'leased', if the lease is now the asker's; else nothing, as where memory is full. */
const read = `${clock}
local entry = redis.call('HMGET', key, 'hash', 'at', 'row', 'lease')
if entry[3] then return entry[1] == ARGV[1] and { entry[3], text(now - entry[2]) } end
if entry[4] and now - entry[2] < ${leaseMs} then return false end
local leased = redis.pcall('HSET', key, 'lease', ARGV[2], 'at', text(now))
if type(leased) == 'table' then return false end
redis.call('PEXPIREAT', key, text(now + ARGV[3]))
return 'leased'
`
/** An entry ends when its lease would have: its age counts from before the database was read. */
const fill = `
if redis.call('HGET', KEYS[1], 'lease') ~= ARGV[1] then return false end
redis.call('HDEL', KEYS[1], 'lease')
redis.call('HSET', KEYS[1], 'hash', ARGV[2], 'row', ARGV[3])
`
const release = `return redis.call('HGET', KEYS[1], 'lease') == ARGV[1] and redis.call('DEL', KEYS[1])`
const evict = `return redis.call('DEL', KEYS[1])`

/** What a look into the cache found: the session, or the lease under which it may be filled, or neither. */
export interface Found {
  readonly row?: StoredSession
  readonly lease?: string
}

/**
 * Copies of sessions in Redis, as the database gave them. A fill needs a lease, taken before the database is read; an eviction voids entry
 * and lease alike, so that a slow reader cannot put back what a writer has replaced meanwhile. Nothing here rejects: what cannot be
 * reached is not in the cache.
 */
export class SessionCache {
  readonly #reach: RedisReach
  readonly #maxAgeMs: number
  /** Sessions that could not be evicted, and until when others may have old copies of them. */
  readonly #uncertain = new Map<string, number>()
  #attempt: Promise<void> | undefined

  constructor(reach: RedisReach, maxAgeMs: number) {
    this.#reach = reach
    this.#maxAgeMs = maxAgeMs
  }

  /** Looks for a session; takes the lease if there is neither entry nor lease. */
  async find({ id, tokenHash }: SessionRef): Promise<Found> {
    if (this.#uncertain.has(id)) return {}
    const nonce = crypto.randomUUID()
    const answer = await this.#reach.run(read, [cacheKey(id)], [tokenHash, nonce, String(this.#maxAgeMs)])
    if (!answer) return {}
    const [text, age] = textsOf(answer.reply) ?? []
    if (text === undefined) return answer.reply === null ? {} : { lease: nonce }
    const row = aged(JSON.parse(text), Number(age) / 1000)
    return row.secondsLeft > 0 ? { row } : {} // whether it has really ended, the database says
  }

  /** Puts a session into the cache, if the lease has not been voided. */
  async fill(lease: string, row: StoredSession): Promise<void> {
    await this.#reach.run(fill, [cacheKey(row.id)], [lease, row.tokenHash, JSON.stringify(row)])
  }

  /** Gives a lease back: a token that opens nothing must not keep the session of its id out of the cache. */
  async release(lease: string, { id }: SessionRef): Promise<void> {
    await this.#reach.run(release, [cacheKey(id)], [lease])
  }

  /** Removes entries and leases; answers whether Redis confirmed it. If not, goes on trying in the background. */
  async evict(ids: readonly string[]): Promise<boolean> {
    if (await this.#evictNow(ids)) return true
    const until = performance.now() + this.#maxAgeMs + marginMs
    for (const id of ids) this.#uncertain.set(id, until)
    this.#attempt ??= this.#tryAgain()
    return false
  }

  /** Waits until no reader can get a copy from before now: until Redis has confirmed the eviction, or the copies have come of age. */
  async settled(ids: readonly string[]): Promise<void> {
    const until = performance.now() + this.#maxAgeMs + marginMs
    while (performance.now() < until && ids.some((id) => this.#uncertain.has(id))) await this.#attempt
  }

  async #evictNow(ids: readonly string[], options: { evenIfDown?: boolean } = {}): Promise<boolean> {
    const answers = await Promise.all(ids.map((id) => this.#reach.run(evict, [cacheKey(id)], [], options)))
    return answers.every((answer) => answer !== null)
  }

  async #tryAgain(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, Math.min(retryMs, this.#maxAgeMs)))
    const tried = [...this.#uncertain]
    const [first = [], ...others] = tried.map(([id]) => [id])
    const evicted = (await this.#evictNow(first, { evenIfDown: true })) && (await this.#evictNow(others.flat()))
    const now = performance.now()
    for (const [id, until] of tried) {
      if ((evicted || until <= now) && this.#uncertain.get(id) === until) this.#uncertain.delete(id)
    }
    this.#attempt = this.#uncertain.size > 0 ? this.#tryAgain() : undefined
  }
}

const cacheKey = (id: string) => `cache:{${id}}`

/** A session from the cache, so many seconds after the database gave it. */
function aged(row: WrittenRow & Pick<StoredSession, 'secondsLeft' | 'secondsSinceSeen'>, seconds: number): StoredSession {
  return { ...withDates(row), secondsLeft: row.secondsLeft - seconds, secondsSinceSeen: row.secondsSinceSeen + seconds }
}
