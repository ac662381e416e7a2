import type { PageEdge, RemovedSession, SessionPage } from '../../core/store/store.ts'
import type { StoredSession } from '../../core/store/stored-session.ts'
import { type RunScript, textsOf } from './connection.ts'
import type { IndexEntry } from './encoding.ts'
import * as scripts from './index-scripts.ts'

/** The largest number of ids that one script returns. */
const maxBatchSize = 1000

const userKey = (userId: string) => `user:${userId}`
/** The keys of the global index: sorted sets of all sessions, in one slot of a cluster. */
export const globalIndex = { created: '{all}:created', seen: '{all}:seen', expires: '{all}:expires' }
const globalKeys = Object.values(globalIndex)

/**
 * The indexes of sessions by user, and the global index. In a cluster an index and its sessions are on different nodes, so no
 * script reaches both.
 *
 * The index of a user is written before the session. It may list sessions that do not exist or belong to another user, so its
 * readers check each session, but it never lacks a live one. If Redis has evicted the index of a user, each session is added to the
 * index again when its last-seen or expiry changes. The global index is written after the session, whenever last-seen or expiry
 * changes.
 */
export class SessionIndexes {
  readonly #run: RunScript

  constructor(run: RunScript) {
    this.#run = run
  }

  /** Lists a session in the index of its user. */
  async addToUser(id: string, { userId, until }: IndexEntry): Promise<void> {
    await this.#run(scripts.addToUserIndex, [userKey(userId)], [id, String(until)])
  }

  /** Returns the ids of all sessions that may belong to this user. */
  async idsOfUser(userId: string): Promise<string[]> {
    return textsOf(await this.#run(scripts.readUserIndex, [userKey(userId)], [])) ?? []
  }

  /** Writes the current times of a session to the global index. Removes the session from the index if the session has expired. */
  async addToGlobal({ id, lastSeenAt, expiresAt, secondsLeft }: StoredSession): Promise<void> {
    if (secondsLeft <= 0) return this.#remove(globalKeys, [id])
    const times = [lastSeenAt, expiresAt].map((at) => String(at.getTime()))
    await this.#run(scripts.addToGlobalIndex, globalKeys, [id, ...times])
  }

  /** Removes a deleted session from all indexes. */
  async remove({ id, userId }: RemovedSession): Promise<void> {
    await Promise.all([this.#remove(globalKeys, [id]), userId === null ? null : this.#remove([userKey(userId)], [id])])
  }

  /** Returns the number of active sessions in the global index. */
  async countActive(): Promise<number> {
    return Number(await this.#run(scripts.countActive, [globalIndex.expires], []))
  }

  /**
   * Returns batches of ids from the global index: those after `after` in the order of the page, or those before `before` in the
   * opposite order. The first batch has `limit` ids, and each further one twice as many, up to 1000.
   */
  idBatches({
    sort,
    after,
    before,
    limit,
  }: Pick<SessionPage, 'sort' | 'after' | 'before' | 'limit'>): AsyncGenerator<readonly string[]> {
    const ascending = before !== undefined
    return sort === 'created'
      ? this.#byCreation((after ?? before)?.id, limit, ascending)
      : this.#byLastSeen(after ?? before, limit, ascending)
  }

  async *#byCreation(edge: string | undefined, limit: number, ascending: boolean): AsyncGenerator<readonly string[]> {
    const script = ascending ? scripts.oldestCreated : scripts.newestCreated
    let beyond = edge ? `(${edge}` : '+'
    for (let size = limit; ; size = Math.min(size * 2, maxBatchSize)) {
      const ids = textsOf(await this.#run(script, [globalIndex.created], [beyond, String(size)])) ?? []
      yield ids
      if (ids.length < size) return
      beyond = `(${ids.at(-1)}`
    }
  }

  async *#byLastSeen(edge: PageEdge | undefined, limit: number, ascending: boolean): AsyncGenerator<readonly string[]> {
    const script = ascending ? scripts.oldestSeen : scripts.newestSeen
    const start = edge?.lastSeenAt?.getTime()
    const isBeyond = (id: string) => !edge || (ascending ? id > edge.id : id < edge.id)
    const returned = new Set<string>()
    // Sessions that are used in the meantime move to the top of the index. An offset from the top would then return
    // some ids twice, so each batch starts at the time of the last id, and the offset counts only ids with that time.
    let [from, offset] = [String(start ?? '+inf'), 0]
    for (let size = limit; ; size = Math.min(size * 2, maxBatchSize)) {
      const reply = textsOf(await this.#run(script, [globalIndex.seen], [from, String(offset), String(size)])) ?? []
      const ids = reply.filter((_, i) => i % 2 === 0)
      yield ids.filter((id, i) => !returned.has(id) && (Number(reply[2 * i + 1]) !== start || isBeyond(id)))
      for (const id of ids) returned.add(id)
      if (ids.length < size) return
      const last = reply.at(-1) ?? from
      ;[from, offset] = [last, last === from ? offset + size : 0]
    }
  }

  async #remove(keys: readonly string[], ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#run(scripts.removeFromIndex, keys, ids)
  }
}
