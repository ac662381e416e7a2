import { partsOf, withInternal } from '../core/internals.ts'
import { type Duration, durationOption, type ExpiryPolicy } from '../core/store/expiry.ts'
import type { Change, Removal, SessionFilter, SessionPage, SessionStore } from '../core/store/store.ts'
import type { NewSession, SessionRef } from '../core/store/stored-session.ts'
import { SessionCache } from './redis/cache.ts'
import { OptionalRedis } from './redis/optional-redis.ts'
import type { RedisPart } from './redis/part.ts'
import type { RedisStore } from './redis/store.ts'

/** The options of `cachedStore`. */
export interface CachedStoreOptions {
  /** The longest lifetime of a copy. The lifetime starts before the database is read. @default 10 (seconds) */
  cacheMaxAge?: Duration
  /** The longest time to wait for Redis before continuing without it. @default 0.25 (seconds) */
  redisTimeout?: Duration
}

/**
 * Stores sessions in a database and copies of them in Redis (Django's cached_db). A read asks Redis first, and the
 * database only if Redis has no copy. The database is the source of truth: writes, lists and counts go there.
 *
 * While Redis responds, no read in any process is older than the last write that was acknowledged before the read
 * started. A write deletes the copy before and after it changes the database. A row that was read before the write
 * cannot be stored as a copy after it.
 *
 * While a process cannot reach Redis, it uses the database, which is slower, and logs one warning. Other processes may
 * still read copies from before its writes, for at most `cacheMaxAge`. Therefore an operation that takes access away
 * (`revoke`, `revokeUser`, `revokeOthers`, `flush`, `logout`, `login`, `cycleKey`, an expiry in the past) resolves only
 * when Redis has confirmed that the copy is deleted, or after that time. If one shard of a cluster fails, only the
 * sessions on that shard wait.
 *
 * After a failover to a replica that has not received the deletion, a revoked session is still readable until
 * `cacheMaxAge` has passed since its copy was made. No operation waits for this case, because Redis had confirmed the
 * deletion. Choose a `cacheMaxAge` that you can accept for this case.
 *
 * `redis` provides only its connection and its prefix. Create its client with `disableOfflineQueue: true`. Any
 * `maxmemory-policy` is suitable.
 * @example const store = cachedStore(drizzleStore(db), redisStore(client))
 */
export function cachedStore(database: SessionStore, redis: RedisStore, options: CachedStoreOptions = {}): SessionStore {
  let cache: SessionCache | undefined
  const store = new CachedStore(database, () => {
    cache ??= createCache(redis, options) // Checked at the first use, like all options.
    return cache
  })
  const part: RedisPart = { isCache: true, run: (...args) => redis.connection.run(...args) }
  const inner = partsOf in database ? (database[partsOf] as object) : {}
  return withInternal(store, partsOf, { ...inner, redis: part })
}

function createCache({ connection }: RedisStore, { cacheMaxAge = 10, redisTimeout = 0.25 }: CachedStoreOptions): SessionCache {
  const maxAgeSeconds = durationOption('cacheMaxAge', cacheMaxAge)
  const timeoutMs = durationOption('redisTimeout', redisTimeout) * 1000
  const effect = 'Until it responds again, sessions are read from the database.'
  const wait = `Logins and revocations then take up to ${maxAgeSeconds} s.`
  const consequence = `${effect} ${wait} Check that Redis is running and that the client connects to the right address.`
  return new SessionCache(new OptionalRedis(connection, { timeoutMs, consequence }), Math.ceil(maxAgeSeconds * 1000))
}

class CachedStore implements SessionStore {
  readonly name = 'cached'
  readonly #database: SessionStore
  readonly #cache: () => SessionCache

  constructor(database: SessionStore, cache: () => SessionCache) {
    this.#database = database
    this.#cache = cache
  }

  get columnNames() {
    return this.#database.columnNames
  }

  limited(limit: (store: SessionStore) => SessionStore): SessionStore {
    return new CachedStore(limit(this.#database), this.#cache)
  }

  async find(ref: SessionRef) {
    const found = await this.#cache().find(ref)
    if (found.row) return found.row
    const row = await this.#database.find(ref)
    if (found.lease) {
      const isRow = row !== null && row !== 'rotated'
      await (isRow ? this.#cache().fill(found.lease, row) : this.#cache().release(found.lease, ref))
    }
    return row
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    if (!replaces) return this.#database.create(session, policy) // The session has no token yet, so it has no copy.
    const create = () => this.#database.create(session, policy, replaces)
    return this.#invalidateAround([replaces.id], create, (created) => created !== null)
  }

  async update(ref: SessionRef, change: Change, policy: ExpiryPolicy) {
    const update = () => this.#database.update(ref, change, policy)
    const rotates = change.tokenHash !== undefined || change.userId !== undefined
    return this.#invalidateAround(
      [ref.id],
      update,
      (row) => row !== null && row !== 'conflict' && (rotates || row.secondsLeft <= 0),
    )
  }

  async modify(...args: Parameters<SessionStore['modify']>) {
    const modify = () => this.#database.modify(...args)
    return this.#invalidateAround([args[0].id], modify, () => false)
  }

  async remove(which: Removal) {
    const remove = () => this.#database.remove(which)
    if ('ids' in which) return this.#invalidateAround(which.ids, remove, (removed) => removed.length > 0)
    // Only the result names the sessions, so their copies are deleted afterwards. If the database fails but has deleted
    // them, their copies live for at most `cacheMaxAge`.
    const removed = await remove()
    await this.#invalidateFully(removed.map(({ id }) => id))
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

  /** Deletes no copies: an expired session is not read from the cache either. */
  clearExpired(limit: number) {
    return this.#database.clearExpired(limit)
  }

  /**
   * Runs a write, and deletes the copies before and after it. If the process dies before the second deletion, the first
   * one has already deleted almost every copy. The second deletion also follows a failed write, because the database
   * may have committed it. If `isFinal` returns true, no reader sees the old state once this resolves.
   */
  async #invalidateAround<T>(ids: readonly string[], write: () => Promise<T>, isFinal: (result: T) => boolean): Promise<T> {
    await this.#cache().invalidate(ids)
    let result: T
    try {
      result = await write()
    } catch (error) {
      await this.#cache().invalidate(ids)
      throw error
    }
    if (isFinal(result)) await this.#invalidateFully(ids)
    else await this.#cache().invalidate(ids)
    return result
  }

  async #invalidateFully(ids: readonly string[]): Promise<void> {
    const failed = await this.#cache().invalidate(ids, { ignorePause: true })
    if (failed.length > 0) await this.#cache().waitForExpiry(failed)
  }
}
