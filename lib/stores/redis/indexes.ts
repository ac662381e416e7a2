import type { PageEdge, SessionPage, StoredSession } from '../../core/store/store.ts'
import { type RedisConnection, textsOf } from './connection.ts'
import * as scripts from './scripts.ts'
import type { Kept } from './values.ts'

/** Most ids that are asked for at once. */
const largestBatch = 1000

const userKey = (user: string) => `user:${user}`
/** The keys of the index of all, in one slot of a cluster. */
export const all = { created: '{all}:created', seen: '{all}:seen', ends: '{all}:ends' }

/**
 * Who has which sessions, and all of them in order. In a cluster an index lies on another machine than its sessions, so that no script
 * reaches both. The index of a user is therefore written first: it may name sessions that are not there, or not this user's, and whoever
 * reads it checks; but it never lacks one that lives. The index of all is written afterwards, and again with each step of last-seen.
 */
export class SessionIndexes {
  readonly #connection: RedisConnection

  constructor(connection: RedisConnection) {
    this.#connection = connection
  }

  /** Lets the index of a user know a session until then. */
  async keep(id: string, { user, until }: Kept): Promise<void> {
    await this.#connection.run(scripts.keepInUserIndex, [userKey(user)], [id, String(until)])
  }

  /** The ids of all sessions that may be this user's. */
  async ofUser(user: string): Promise<string[]> {
    return textsOf(await this.#connection.run(scripts.userIndex, [userKey(user)], [])) ?? []
  }

  /** Enters a session, as it is now, in the index of all. */
  async note({ id, lastSeenAt, expiresAt, secondsLeft }: StoredSession): Promise<void> {
    if (secondsLeft <= 0) return this.#forget(Object.values(all), [id])
    const times = [lastSeenAt, expiresAt].map((at) => String(at.getTime()))
    await this.#connection.run(scripts.note, Object.values(all), [id, ...times])
  }

  /** Drops sessions that have been ended. */
  async forget(removed: readonly { readonly id: string; readonly userId: string | null }[]): Promise<void> {
    const ids = removed.map(({ id }) => id)
    const byUser = new Map<string, string[]>()
    for (const { id, userId } of removed) if (userId !== null) byUser.set(userId, [...(byUser.get(userId) ?? []), id])
    await Promise.all([
      this.#forget(Object.values(all), ids),
      ...[...byUser].map(([user, own]) => this.#forget([userKey(user)], own)),
    ])
  }

  /** How many sessions have not ended, as far as the index of all knows. */
  async count(): Promise<number> {
    return Number(await this.#connection.run(scripts.countLive, [all.ends], []))
  }

  /**
   * The ids of all sessions from behind `after` on in the order of a page, or from before `before` on in the opposite order: first as many
   * as the page takes, then ever more.
   */
  walk({
    sort,
    after,
    before,
    limit,
  }: Pick<SessionPage, 'sort' | 'after' | 'before' | 'limit'>): AsyncGenerator<readonly string[]> {
    const upwards = before !== undefined
    return sort === 'created'
      ? this.#walkCreated((after ?? before)?.id, limit, upwards)
      : this.#walkSeen(after ?? before, limit, upwards)
  }

  async *#walkCreated(edge: string | undefined, limit: number, upwards: boolean): AsyncGenerator<readonly string[]> {
    const script = upwards ? scripts.oldestCreated : scripts.newestCreated
    let beyond = edge ? `(${edge}` : '+'
    for (let size = limit; ; size = Math.min(size * 2, largestBatch)) {
      const ids = textsOf(await this.#connection.run(script, [all.created], [beyond, String(size)])) ?? []
      yield ids
      if (ids.length < size) return
      beyond = `(${ids.at(-1)}`
    }
  }

  async *#walkSeen(edge: PageEdge | undefined, limit: number, upwards: boolean): AsyncGenerator<readonly string[]> {
    const script = upwards ? scripts.oldestSeen : scripts.newestSeen
    const start = edge?.lastSeenAt?.getTime()
    const isBeyond = (id: string) => !edge || (upwards ? id > edge.id : id < edge.id)
    const met = new Set<string>()
    // Sessions that are used meanwhile move up: so it goes on from the last instant, and counts only within that.
    let [from, offset] = [String(start ?? '+inf'), 0]
    for (let size = limit; ; size = Math.min(size * 2, largestBatch)) {
      const reply = textsOf(await this.#connection.run(script, [all.seen], [from, String(offset), String(size)])) ?? []
      const ids = reply.filter((_, i) => i % 2 === 0)
      yield ids.filter((id, i) => !met.has(id) && (Number(reply[2 * i + 1]) !== start || isBeyond(id)))
      for (const id of ids) met.add(id)
      if (ids.length < size) return
      const last = reply.at(-1) ?? from
      ;[from, offset] = [last, last === from ? offset + size : 0]
    }
  }

  async #forget(sets: readonly string[], ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#connection.run(scripts.forget, sets, ids)
  }
}
