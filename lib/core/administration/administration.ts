import { isUuid } from '../data/bytes.ts'
import { invalidArgument, isText } from '../data/json.ts'
import { checkUserId } from '../data/user-id.ts'
import type { SessionEvent } from '../events.ts'
import type { Removal, SessionPage, SessionStore } from '../store/store.ts'
import { checkColumns, type ListOptions, ownerOf, pageOf } from './list-options.ts'
import { infoOf, type SessionInfo } from './session-info.ts'
import { type SessionStats, sessionStats } from './stats.ts'

/** Identifies the operator. */
export interface ActorOptions {
  /** The operator, such as an admin's user id. Only passed to `onEvent`. @default null */
  by?: string | null | undefined
}

/** The options of `revoke`. */
export interface RevokeOptions extends ActorOptions {
  /** Only sessions of this user. Undefined is rejected with DATA_INVALID, because it would select all users. */
  userId?: string | number | bigint
}

/** The options of `revokeUser`. */
export interface RevokeUserOptions extends ActorOptions {
  /** The id of a session to keep. A value that is not an id is rejected with DATA_INVALID. */
  except?: string | null
}

/** The options of `clearExpired`. */
export interface ClearOptions extends ActorOptions {
  /** Rows deleted by one statement. @default 1000 */
  batchSize?: number
  /** Called after each batch with the number of rows deleted so far. */
  onProgress?: (deleted: number) => void
  /** Stops between two batches. */
  signal?: AbortSignal
}

/**
 * Lists, counts and deletes stored sessions. Every method rejects with STORE_FAILED if the store fails. With `cookieStore()` every
 * method rejects with CONFIG_INVALID, except `clearExpired`, which deletes nothing and returns 0.
 */
export interface SessionAdministration {
  /**
   * Returns one page of sessions, newest first.
   * @example const devices = await sessions.list({ userId: session.userId, status: 'active' })
   */
  list(options?: ListOptions): Promise<SessionInfo[]>
  /** Returns one session by its public id, active or expired; null if there is none. */
  get(id: string): Promise<SessionInfo | null>
  /**
   * Deletes sessions by id and returns their number. Ignores values that are not ids. With `userId`, deletes only that user's
   * sessions. A page where users log out their own devices must pass `userId`. In a server action, Next then refetches every page.
   */
  revoke(ids: string | readonly string[], options?: RevokeOptions): Promise<number>
  /** Deletes all sessions of a user, except the one with the id `except`, and returns their number. */
  revokeUser(userId: string | number | bigint, options?: RevokeUserOptions): Promise<number>
  /** Returns the number of active sessions. */
  count(): Promise<number>
  /** Returns statistics of all sessions. It is fast enough for a page that is often opened. */
  stats(): Promise<SessionStats>
  /**
   * Deletes expired sessions in batches and returns their number (Django's clearsessions). Several processes may call it at any
   * time.
   */
  clearExpired(options?: ClearOptions): Promise<number>
}

/** The dependencies of `createAdministration`, which needs neither a secret nor a request. */
interface AdministrationContext {
  readonly store: SessionStore
  readonly emit: (event: SessionEvent) => void
}

/**
 * Creates the functions that list, count and delete stored sessions.
 * @param currentId Returns the id of the current request's session, or null. It also stops a prerender, which must not query the
 * store, so call it before the store.
 * @param refreshPages In a server action, makes Next refetch every page.
 */
export function createAdministration(
  context: () => AdministrationContext,
  currentId: () => Promise<string | null>,
  refreshPages: () => Promise<void> = async () => {},
): SessionAdministration {
  return { ...readsOf(context, currentId), ...deletionsOf(context, refreshPages) }
}

type Reads = Pick<SessionAdministration, 'list' | 'get' | 'count' | 'stats'>

/** Creates the methods that only read. Each calls `currentId` before the store. */
function readsOf(context: () => AdministrationContext, currentId: () => Promise<string | null>): Reads {
  const list = async (page: SessionPage) => {
    const current = await currentId()
    const { store } = context()
    checkColumns(page.columns, store)
    const rows = isText(page.search ?? '') ? await store.list(page) : []
    return rows.map((row) => infoOf(row, current))
  }

  return {
    list: async (options = {}) => list(pageOf(options)),
    get: async (id) => {
      if (!isUuid(id)) return null
      const [found] = await list({ ids: [id], sort: 'created', limit: 1 })
      return found ?? null
    },
    count: async () => {
      await currentId()
      return context().store.count({ status: 'active' })
    },
    stats: async () => {
      await currentId()
      return sessionStats(await context().store.stats())
    },
  }
}

/** Creates the methods that delete sessions, report them to `emit` and refresh the pages. */
function deletionsOf(
  context: () => AdministrationContext,
  refreshPages: () => Promise<void>,
): Omit<SessionAdministration, keyof Reads> {
  const remove = async (which: Removal, by: ActorOptions['by'] = null) => {
    const { store, emit } = context()
    const sessions = await store.remove(which)
    if (sessions.length > 0) emit({ type: 'revoked', sessions, by })
    await refreshPages()
    return sessions.length
  }

  return {
    revoke: async (ids, options = {}) => {
      const known = [ids].flat().filter(isUuid)
      const owner = ownerOf(options)
      return known.length > 0 ? remove({ ids: known, ...owner }, options.by) : 0
    },
    revokeUser: async (userId, { except = null, by } = {}) => {
      if (except !== null && !isUuid(except)) throw invalidArgument('except', 'is not a session id')
      return remove({ userId: checkUserId(userId), ...(except && { exceptId: except }) }, by)
    },
    clearExpired: async (options = {}) => {
      const deleted = await clearExpired(context(), options)
      await refreshPages()
      return deleted
    },
  }
}

async function clearExpired(
  { store, emit }: AdministrationContext,
  { batchSize = 1000, onProgress, signal, by = null }: ClearOptions,
): Promise<number> {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1)
    throw invalidArgument('batchSize', `is ${batchSize}; use a whole number of rows`)
  let deleted = 0
  try {
    for (let batch = batchSize; batch === batchSize && !signal?.aborted; ) {
      batch = await store.clearExpired(batchSize)
      deleted += batch
      onProgress?.(deleted)
    }
  } finally {
    if (deleted > 0) emit({ type: 'expired', count: deleted, by })
  }
  return deleted
}
