import { partsOf, withInternal } from '../../core/internals.ts'
import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type { Change, Removal, RemovedSession, SessionFilter, SessionPage, SessionStore } from '../../core/store/store.ts'
import type { NewSession, SessionRef, StoredSession, UpdatedSession } from '../../core/store/stored-session.ts'
import { modifyByVersion } from '../rows/by-version.ts'
import { matches, pageOf, surplusOf } from '../rows/rows.ts'
import { type RedisClientSource, RedisConnection, type RunScript, textsOf } from './connection.ts'
import { createArguments, type IndexEntry, parseSession, sessionKey, updateArguments } from './encoding.ts'
import { withEvictionWarning } from './eviction.ts'
import { SessionIndexes } from './indexes.ts'
import type { RedisPart } from './part.ts'
import * as scripts from './scripts.ts'
import { readStats } from './stats.ts'

/** The prefix of all keys if the option `prefix` is not set. */
export const defaultPrefix = 'coatcheck:'

/** The options of `redisStore`. */
export interface RedisStoreOptions {
  /** The prefix of all keys. @default 'coatcheck:' */
  prefix?: string
}

/** A session store in Redis. `cachedStore` also accepts a store of this type. */
export interface RedisStore extends SessionStore {
  /** The connection to Redis. `cachedStore` uses only this. */
  readonly connection: RedisConnection
}

/**
 * Stores sessions in Redis 6.2 or newer, or in a compatible server (Django's cache engine). `client` is a client of the
 * npm package `redis`, for a single server or a cluster, or a function that creates one. It is connected at the first
 * use. Create it with `disableOfflineQueue: true`. Otherwise it queues commands while Redis is unreachable, and may
 * send a write after it was reported as STORE_FAILED. Set `socketTimeout` and `pingInterval`, too. Otherwise it never
 * gives up on a connection that hangs. docs/stores.md lists the settings for a single server, a cluster and Sentinel.
 *
 * Each session is one hash. Redis deletes it when the session expires, so `clearExpired` does nothing and returns 0,
 * and no list contains expired sessions. An operation on one session is one atomic script. An operation on several
 * sessions is not atomic: `create` with `replaces` deletes the old session before it creates the new one, so a failure
 * in between logs the visitor out, and `remove` deletes session by session. `modify` compares versions instead of
 * locking.
 *
 * The index of a user is written before the session, so `revokeUser` misses no session. The global index is written
 * after the session. If the process exits in between, or two requests change an expiry at the same moment, `list` and
 * `count` may miss the session until its last-seen advances. A list by user or by ids reads each of these sessions. A
 * list by `search`, `anonymous` or `signedIn` reads all sessions until its page is full, and such a count reads all of
 * them.
 *
 * Set `maxmemory-policy noeviction`. Otherwise Redis may evict sessions, which logs their users out, and indexes, which
 * hides sessions from `revokeUser` until their last-seen advances. The first use logs a warning if Redis may evict
 * keys. A field of a session that is not JSON affects only its own key.
 *
 * Redis acknowledges a write before it is on disk and on its replicas. A crash or a failover may undo the last writes,
 * including revocations.
 * @example const store = redisStore(createClient({ url, disableOfflineQueue: true }))
 */
export function redisStore(client: RedisClientSource, { prefix = defaultPrefix }: RedisStoreOptions = {}): RedisStore {
  const connection = new RedisConnection(client, prefix)
  const part: RedisPart = { isCache: false, run: (...args) => connection.run(...args) }
  return withInternal(new RedisSessionStore(connection), partsOf, { redis: part })
}

class RedisSessionStore implements RedisStore {
  readonly name = 'redis'
  readonly connection: RedisConnection
  readonly #run: RunScript
  readonly #indexes: SessionIndexes
  readonly modify = modifyByVersion(this)

  constructor(connection: RedisConnection) {
    this.connection = connection
    this.#run = withEvictionWarning((...args) => connection.run(...args))
    this.#indexes = new SessionIndexes(this.#run)
  }

  async find({ id, tokenHash }: SessionRef) {
    const reply = textsOf(await this.#run(scripts.find, [sessionKey(id)], [tokenHash]))
    if (reply?.[0] === 'rotated') return 'rotated'
    return reply && parseSession(id, reply).session
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    // Deletes first: if the second step fails, the visitor is logged out and the old token opens no session.
    if (replaces && !(await this.#remove(replaces.id, { hash: replaces.tokenHash, live: true }))) return null
    return this.#write(scripts.create, session.id, (indexed) => createArguments(session, policy, indexed))
  }

  async update({ id, tokenHash }: SessionRef, change: Change, policy: ExpiryPolicy) {
    return this.#write(scripts.update, id, (indexed) => updateArguments(tokenHash, change, policy, indexed))
  }

  async remove(which: Removal) {
    if ('ids' in which) return this.#removeAll(which.ids, { user: which.userId, hash: which.tokenHash })
    if ('keepNewest' in which) return this.#removeSurplus(which)
    if (which.requiresLive && !(await this.#isLive(which.requiresLive))) return []
    const ids = (await this.#indexes.idsOfUser(which.userId)).filter((id) => id !== which.exceptId)
    return this.#removeAll(ids, { user: which.userId })
  }

  async list(page: SessionPage) {
    if (page.status === 'expired') return []
    const ids = await this.#candidates(page)
    if (ids) return pageOf(await this.#matching(ids, page), page)
    const rows: StoredSession[] = []
    for await (const batch of this.#indexes.idBatches(page)) {
      rows.push(...(await this.#matching(batch, page)))
      if (rows.length >= page.limit) break
    }
    const found = rows.slice(0, page.limit)
    return page.before ? found.reverse() : found
  }

  async count(filter: SessionFilter) {
    const { status = 'active', ...others } = filter
    if (status === 'expired') return 0
    if (status === 'active' && Object.keys(others).length === 0) return this.#indexes.countActive()
    const ids = await this.#candidates(filter)
    let count = 0
    for await (const batch of ids ? [ids] : this.#indexes.idBatches({ sort: 'created', limit: 1000 })) {
      count += (await this.#matching(batch, filter)).length
    }
    return count
  }

  stats() {
    return readStats(this.#run)
  }

  async clearExpired() {
    return 0
  }

  async #isLive(ref: SessionRef): Promise<boolean> {
    const session = await this.find(ref)
    return session !== null && session !== 'rotated'
  }

  /** Deletes a user's sessions above `keepNewest`, except sessions that were used after this call read them. */
  async #removeSurplus({ userId, keepNewest }: { readonly userId: string; readonly keepNewest: number }) {
    const surplus = surplusOf(await this.#matching(await this.#indexes.idsOfUser(userId), { userId }), keepNewest)
    const removed = await Promise.all([...surplus].map(([id, seen]) => this.#remove(id, { user: userId, seen: String(seen) })))
    return removed.filter((session) => session !== null)
  }

  /** Returns ids that include all matches, or null if the filter names neither ids nor a user. */
  async #candidates({ ids, userId }: SessionFilter): Promise<readonly string[] | null> {
    return ids ?? (userId === undefined ? null : this.#indexes.idsOfUser(userId))
  }

  async #matching(ids: readonly string[], filter: SessionFilter): Promise<StoredSession[]> {
    const rows = await Promise.all([...new Set(ids)].map((id) => this.#findById(id)))
    return rows.filter((row) => row !== null).filter((row) => matches(row, filter))
  }

  async #findById(id: string): Promise<StoredSession | null> {
    const reply = textsOf(await this.#run(scripts.findById, [sessionKey(id)], []))
    return reply && parseSession(id, reply).session
  }

  async #removeAll(ids: readonly string[], condition: RemovalCondition) {
    const removed = await Promise.all([...new Set(ids)].map((id) => this.#remove(id, condition)))
    return removed.filter((session) => session !== null)
  }

  async #remove(id: string, condition: RemovalCondition): Promise<RemovedSession | null> {
    const reply = textsOf(await this.#run(scripts.remove, [sessionKey(id)], [JSON.stringify(condition)]))
    if (!reply) return null
    const removed = { id, userId: reply[0] ?? null }
    await this.#indexes.remove(removed)
    return removed
  }

  /**
   * Runs `create` or `update`. Writes the user's index if the script asks for it, and the global index if times have
   * changed.
   */
  async #write(script: string, id: string, argumentsFor: (indexed: IndexEntry | null) => string[]): Promise<UpdatedSession | null> {
    for (let indexed: IndexEntry | null = null; ; ) {
      const reply = textsOf(await this.#run(script, [sessionKey(id)], argumentsFor(indexed)))
      if (!reply) return null
      if (reply[0] === 'index') {
        indexed = { userId: reply[1] ?? '', until: Number(reply[2]) }
        await this.#indexes.addToUser(id, indexed)
      } else {
        const { session, timesChanged, indexEntry } = parseSession(id, reply)
        if (timesChanged) {
          // Redis may have evicted the user's index. Both scripts are sent at once, so this repair needs no other round
          // trip.
          const repair = indexEntry && !indexed ? this.#indexes.addToUser(id, indexEntry) : null
          await Promise.all([this.#indexes.addToGlobal(session), repair])
        }
        return session
      }
    }
  }
}

/** The conditions of the script `remove`. All conditions that are set must hold. */
interface RemovalCondition {
  readonly hash?: string | undefined
  readonly user?: string | undefined
  /** The last-seen time in epoch milliseconds. */
  readonly seen?: string
  /** Requires that the session has not expired. */
  readonly live?: true
}
