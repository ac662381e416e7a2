import { type Duration, durationOption, type ExpiryPolicy } from '../core/store/expiry.ts'
import type { Change, NewSession, Removal, SessionFilter, SessionPage, SessionRef, SessionStore } from '../core/store/store.ts'
import { SessionCache } from './redis/cache.ts'
import { RedisReach } from './redis/reach.ts'
import type { RedisStore } from './redis/store.ts'

/** What `cachedStore` takes beside its two stores. */
export interface CachedStoreOptions {
  /** Longest life of a copy, counted from before the database was read. @default 10 (seconds) */
  cacheMaxAge?: Duration
  /** Longest time to wait for Redis before going on without. @default 0.25 (seconds) */
  redisTimeout?: Duration
}

/**
 * Keeps sessions in a database and copies of them in Redis (Django's cached_db): a read asks Redis, and the database only where Redis has no
 * copy. The database is the truth, and all else goes there: writes, lists, counts.
 *
 * While Redis answers, no read, in whatever process, is older than the last write that was acknowledged before it began: a writer evicts
 * the copy before and after its write, and a copy that was read before is refused. While a process cannot reach Redis, it reads and writes
 * the database, slower, and prints one warning; other processes may then still read a copy from before its writes, for at most
 * `cacheMaxAge`. Therefore whatever takes rights away (`revoke`, `revokeUser`, `revokeOthers`, `flush`, `logout`, `login`, `cycleKey`, an
 * expiry in the past) resolves only after that time, or as soon as Redis has confirmed the eviction. The same age bounds what is lost when
 * Redis fails over to a replica that has not heard of an eviction yet.
 *
 * Only the connection of `redis` is used, under its prefix; make its client with `disableOfflineQueue: true`. Any `maxmemory-policy` will do.
 */
export function cachedStore(database: SessionStore, redis: RedisStore, options: CachedStoreOptions = {}): SessionStore {
  let cache: SessionCache | undefined
  return new CachedStore(database, () => {
    cache ??= createCache(redis, options) // at the first use, as all options are checked
    return cache
  })
}

function createCache({ connection }: RedisStore, { cacheMaxAge = 10, redisTimeout = 0.25 }: CachedStoreOptions): SessionCache {
  const maxAgeSeconds = durationOption('cacheMaxAge', cacheMaxAge)
  const timeoutMs = durationOption('redisTimeout', redisTimeout) * 1000
  const consequence = `Sessions are read from the database until it answers; logins and revocations take up to ${maxAgeSeconds} s. Check that Redis runs and that the client has its address.`
  return new SessionCache(new RedisReach(connection, { timeoutMs, consequence }), Math.ceil(maxAgeSeconds * 1000))
}

class CachedStore implements SessionStore {
  readonly name = 'cached'
  readonly #database: SessionStore
  readonly #cache: () => SessionCache

  constructor(database: SessionStore, cache: () => SessionCache) {
    this.#database = database
    this.#cache = cache
  }

  limited(limit: (store: SessionStore) => SessionStore): SessionStore {
    return new CachedStore(limit(this.#database), this.#cache)
  }

  async find(ref: SessionRef) {
    const found = await this.#cache().find(ref)
    if (found.row) return found.row
    const row = await this.#database.find(ref)
    if (found.lease) await (row ? this.#cache().fill(found.lease, row) : this.#cache().release(found.lease, ref))
    return row
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    if (!replaces) return this.#database.create(session, policy) // nobody can have asked for it yet
    const create = () => this.#database.create(session, policy, replaces)
    return this.#evicting([replaces.id], create, (created) => created !== null)
  }

  async update(ref: SessionRef, change: Change, policy: ExpiryPolicy) {
    const update = () => this.#database.update(ref, change, policy)
    const rotates = change.tokenHash !== undefined || change.userId !== undefined
    return this.#evicting([ref.id], update, (row) => row !== null && row !== 'conflict' && (rotates || row.secondsLeft <= 0))
  }

  async modify(...args: Parameters<SessionStore['modify']>) {
    const modify = () => this.#database.modify(...args)
    return this.#evicting([args[0].id], modify, () => false)
  }

  async remove(which: Removal) {
    const remove = () => this.#database.remove(which)
    if ('ids' in which || 'tokenHash' in which) {
      return this.#evicting('ids' in which ? which.ids : [which.id], remove, (removed) => removed.length > 0)
    }
    // Which sessions these are, only the answer says: evicting afterwards is what makes readers see it. After a failure nobody knows; if
    // it was made nevertheless, copies live on for `cacheMaxAge` at most.
    const removed = await remove()
    await this.#evictFully(removed.map(({ id }) => id))
    return removed
  }

  list(page: SessionPage) {
    return this.#database.list(page)
  }

  count(filter: SessionFilter) {
    return this.#database.count(filter)
  }

  stats() {
    return this.#database.stats()
  }

  /** What has expired is not read from the cache, either. */
  clearExpired(limit: number) {
    return this.#database.clearExpired(limit)
  }

  /**
   * Writes between two evictions: the first, so that a process that dies before the second leaves hardly anything behind; the second, also
   * after a failure, since the write may have been made. `final`: whether the result must not be told while others read the state before.
   */
  async #evicting<T>(ids: readonly string[], write: () => Promise<T>, final: (result: T) => boolean): Promise<T> {
    await this.#cache().evict(ids)
    let result: T
    try {
      result = await write()
    } catch (error) {
      await this.#cache().evict(ids)
      throw error
    }
    if (final(result)) await this.#evictFully(ids)
    else await this.#cache().evict(ids)
    return result
  }

  async #evictFully(ids: readonly string[]): Promise<void> {
    if (!(await this.#cache().evict(ids))) await this.#cache().settled(ids)
  }
}
