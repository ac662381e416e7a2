import type { ExpiryPolicy } from '../../core/store/expiry.ts'
import type {
  Change,
  NewSession,
  Removal,
  RemovedSession,
  SessionFilter,
  SessionPage,
  SessionRef,
  SessionStore,
  StoredSession,
} from '../../core/store/store.ts'
import { modifyByVersion } from '../rows/by-version.ts'
import { matches, pageOf, surplusOf } from '../rows/rows.ts'
import { type RedisClientSource, RedisConnection, textsOf } from './connection.ts'
import { SessionIndexes } from './indexes.ts'
import * as scripts from './scripts.ts'
import { readStats } from './stats.ts'
import { type Answer, answerOf, createArguments, type Kept, sessionKey, updateArguments } from './values.ts'

/** What `redisStore` takes beside the client. */
export interface RedisStoreOptions {
  /** What the names of all keys begin with. @default 'coatcheck:' */
  prefix?: string
}

/** A store in Redis; `cachedStore` takes one, too. */
export interface RedisStore extends SessionStore {
  /** The way to Redis: all that `cachedStore` uses. */
  readonly connection: RedisConnection
}

/**
 * Keeps sessions in Redis 6.2 or newer, or what speaks like it (Django's cache engine). `client` is a client of the npm package `redis`,
 * also a cluster's, or a function that opens one; it is connected at the first use. Make it with `disableOfflineQueue: true`: otherwise
 * it holds commands back while Redis is away, and may send a write after its caller was told STORE_FAILED.
 *
 * Each session is one hash that Redis itself deletes at its end: `clearExpired` does nothing and answers 0, and no list shows expired
 * sessions. What is done to one session is one atomic script. What concerns several is not one step: `create` with `replaces` first ends
 * the old session, then begins the new one, so that a failure between them logs out; `remove` of several ends one after another.
 * `modify` compares versions instead of locking.
 *
 * The index of a user is written before a session becomes this user's: `revokeUser` misses none. That of all sessions is written
 * afterwards: after a crash between, or two changes of expiry at one moment, `list` and `count` may lack a session until its last-seen moves. A list by user or ids reads each of
 * these sessions; one by `search`, `anonymous` or `signedIn` walks through all sessions until its page is full; such a count, to the end.
 *
 * Set `maxmemory-policy noeviction`: else Redis may evict sessions, which logs out, and indexes, which hides sessions from `revokeUser`.
 * Redis acknowledges before its disk and its replicas have a write: a crash or a failover may undo the last ones, revocations included.
 */
export function redisStore(client: RedisClientSource, { prefix = 'coatcheck:' }: RedisStoreOptions = {}): RedisStore {
  return new RedisSessionStore(new RedisConnection(client, prefix))
}

class RedisSessionStore implements RedisStore {
  readonly name = 'redis'
  readonly connection: RedisConnection
  readonly #indexes: SessionIndexes
  readonly modify = modifyByVersion(this)

  constructor(connection: RedisConnection) {
    this.connection = connection
    this.#indexes = new SessionIndexes(connection)
  }

  async find({ id, tokenHash }: SessionRef) {
    return this.#read(scripts.find, id, [tokenHash])
  }

  async create(session: NewSession, policy: ExpiryPolicy, replaces?: SessionRef) {
    // Ended first: whatever fails in between, the old token opens nothing.
    if (replaces && !(await this.#remove(replaces.id, { hash: replaces.tokenHash, live: true }))) return null
    return this.#write(scripts.create, session.id, (kept) => createArguments(session, policy, kept))
  }

  async update({ id, tokenHash }: SessionRef, change: Change, policy: ExpiryPolicy) {
    return this.#write(scripts.update, id, (kept) => updateArguments(tokenHash, change, policy, kept))
  }

  async remove(which: Removal) {
    if ('tokenHash' in which) return this.#removeAll([which.id], { hash: which.tokenHash })
    if ('ids' in which) return this.#removeAll(which.ids, { user: which.userId })
    if ('keepNewest' in which) return this.#trim(which)
    if (which.requiresLive && !(await this.find(which.requiresLive))) return []
    const ids = (await this.#indexes.ofUser(which.userId)).filter((id) => id !== which.exceptId)
    return this.#removeAll(ids, { user: which.userId })
  }

  async list(page: SessionPage) {
    if (page.status === 'expired') return []
    const ids = await this.#narrowed(page)
    if (ids) return pageOf(await this.#matching(ids, page), page)
    const rows: StoredSession[] = []
    for await (const batch of this.#indexes.walk(page)) {
      rows.push(...(await this.#matching(batch, page)))
      if (rows.length >= page.limit) break
    }
    const found = rows.slice(0, page.limit)
    return page.before ? found.reverse() : found
  }

  async count(filter: SessionFilter) {
    const { status = 'active', ...others } = filter
    if (status === 'expired') return 0
    if (status === 'active' && Object.keys(others).length === 0) return this.#indexes.count()
    const ids = await this.#narrowed(filter)
    let count = 0
    for await (const batch of ids ? [ids] : this.#indexes.walk({ sort: 'created', limit: 1000 })) {
      count += (await this.#matching(batch, filter)).length
    }
    return count
  }

  stats() {
    return readStats(this.connection)
  }

  async clearExpired() {
    return 0
  }

  /** Ends a user's surplus; not what has been seen since it was listed. */
  async #trim({ userId, keepNewest }: { readonly userId: string; readonly keepNewest: number }) {
    const surplus = surplusOf(await this.#matching(await this.#indexes.ofUser(userId), { userId }), keepNewest)
    const removed = await Promise.all([...surplus].map(([id, seen]) => this.#remove(id, { user: userId, seen: String(seen) })))
    return removed.filter((session) => session !== null)
  }

  /** The ids among which all matches are, where the filter says so. */
  async #narrowed({ ids, userId }: SessionFilter): Promise<readonly string[] | null> {
    return ids ?? (userId === undefined ? null : this.#indexes.ofUser(userId))
  }

  async #matching(ids: readonly string[], filter: SessionFilter): Promise<StoredSession[]> {
    const rows = await Promise.all([...new Set(ids)].map((id) => this.#read(scripts.peek, id, [])))
    return rows.filter((row) => row !== null).filter((row) => matches(row, filter))
  }

  async #removeAll(ids: readonly string[], condition: RemovalCondition) {
    const removed = await Promise.all([...new Set(ids)].map((id) => this.#remove(id, condition)))
    return removed.filter((session) => session !== null)
  }

  async #remove(id: string, condition: RemovalCondition): Promise<RemovedSession | null> {
    const reply = textsOf(await this.connection.run(scripts.remove, [sessionKey(id)], [JSON.stringify(condition)]))
    if (!reply) return null
    const removed = { id, userId: reply[0] ?? null }
    await this.#indexes.forget([removed])
    return removed
  }

  async #read(script: string, id: string, args: string[]): Promise<StoredSession | null> {
    const reply = textsOf(await this.connection.run(script, [sessionKey(id)], args))
    return reply && answerOf(id, reply).session
  }

  /** Runs a script that refuses until the user's index keeps the session long enough, and tells the index of all what moved. */
  async #write(script: string, id: string, argumentsFor: (kept: Kept | null) => string[]): Promise<Answer['session'] | null> {
    for (let kept: Kept | null = null; ; ) {
      const reply = textsOf(await this.connection.run(script, [sessionKey(id)], argumentsFor(kept)))
      if (!reply) return null
      if (reply[0] === 'keep') {
        kept = { user: reply[1] ?? '', until: Number(reply[2]) }
        await this.#indexes.keep(id, kept)
      } else {
        const { session, moved } = answerOf(id, reply)
        if (moved) await this.#indexes.note(session)
        return session
      }
    }
  }
}

/** What the script `remove` asks of a session: its token hash, its user, when it was last seen, whether it has not expired. */
interface RemovalCondition {
  readonly hash?: string
  readonly user?: string | undefined
  readonly seen?: string
  readonly live?: true
}
