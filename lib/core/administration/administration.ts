import { isUuid } from '../data/bytes.ts'
import { deepFreeze, invalid, isText, type JsonObject, jsonBytes } from '../data/json.ts'
import { visible } from '../data/schema.ts'
import { checkUserId } from '../data/user-id.ts'
import type { SessionEvent } from '../options.ts'
import {
  type PageEdge,
  type Removal,
  type SessionFilter,
  type SessionPage,
  type SessionStore,
  type StoredSession,
  sessionSorts,
  sessionStatuses,
} from '../store/store.ts'
import { type SessionStats, sessionStats } from './stats.ts'

/** A session as an operator or its owner may see it: without token and hash. */
export interface SessionInfo {
  readonly id: string
  /** null for an anonymous session. */
  readonly userId: string | null
  readonly createdAt: Date
  readonly authenticatedAt: Date | null
  readonly lastSeenAt: Date
  readonly expiresAt: Date
  readonly ip: string | null
  readonly userAgent: string | null
  /** The stored JSON, without `serializer` and schema defaults. Deeply frozen. */
  readonly data: JsonObject
  /** The size of all its data in bytes of JSON text, as `maxBytes` counts it. Includes flashes and other reserved keys. */
  readonly dataBytes: number
  /** True if it has not expired, by the store's clock. */
  readonly active: boolean
  /** True if it is the session of the current request. */
  readonly current: boolean
}

/** The options of `list`. All conditions must hold. */
export interface ListOptions {
  /** Only sessions of this user. Given as undefined it is DATA_INVALID, because it would select all users. */
  userId?: string | number | bigint
  /** A prefix of a session id, user id or IP address. */
  search?: string
  /** 'anonymous' and 'signedIn' select active sessions only. @default all */
  status?: 'active' | 'expired' | 'anonymous' | 'signedIn'
  /** Newest first, by creation or by last use. @default 'created' */
  sort?: 'created' | 'lastSeen'
  /** The last row of the previous page. With `sort: 'created'` its id is enough. */
  after?: string | Pick<SessionInfo, 'id' | 'lastSeenAt'> | undefined
  /** The first row of the next page: returns the page that ends directly above it, newest first. Not together with `after`. */
  before?: string | Pick<SessionInfo, 'id' | 'lastSeenAt'> | undefined
  /** Rows on a page, 1 to 1000. @default 50 */
  limit?: number
}

/** Identifies the operator. */
export interface ActorOptions {
  /** The operator, such as an admin's user id. Only passed to `onEvent`. @default null */
  by?: string | null | undefined
}

/** The options of `revoke`. */
export interface RevokeOptions extends ActorOptions {
  /** Only sessions of this user. Given as undefined it is DATA_INVALID, because it would select all users. */
  userId?: string | number | bigint
}

/** The options of `revokeUser`. */
export interface RevokeUserOptions extends ActorOptions {
  /** The id of a session to keep. DATA_INVALID if it is not an id. */
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
 * The server side of sessions. Every method rejects with STORE_FAILED if the store fails. With `cookieStore()` every method
 * rejects with CONFIG_INVALID, except `clearExpired`, which has nothing to do there.
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
   * Deletes sessions by id and returns their number. Ignores values that are not ids. With `userId` it deletes only that user's
   * sessions: a page where users log out their own devices must pass it. In a server action, every page is current afterwards.
   */
  revoke(ids: string | readonly string[], options?: RevokeOptions): Promise<number>
  /** Deletes all sessions of a user, except the one with the id `except`, and returns their number. */
  revokeUser(userId: string | number | bigint, options?: RevokeUserOptions): Promise<number>
  /** Returns the number of active sessions. */
  count(): Promise<number>
  /** Returns statistics of all sessions. Cheap enough for a page that is often opened. */
  stats(): Promise<SessionStats>
  /**
   * Deletes expired sessions in batches and returns their number (Django's clearsessions). Safe at any time and in several
   * processes.
   */
  clearExpired(options?: ClearOptions): Promise<number>
}

/** The parts that administration depends on: no secret and no request. */
interface AdministrationContext {
  readonly store: SessionStore
  readonly emit: (event: SessionEvent) => void
}

/**
 * Creates the server side of sessions.
 * @param currentId Returns the id of the current request's session, or null. It also waits until there is a request, so it is
 * called before the store: a prerender must not query the store.
 * @param refreshPages In a server action, makes every page current.
 */
export function createAdministration(
  context: () => AdministrationContext,
  currentId: () => Promise<string | null>,
  refreshPages: () => Promise<void> = async () => {},
): SessionAdministration {
  const remove = async (which: Removal, by: ActorOptions['by'] = null) => {
    const { store, emit } = context()
    const sessions = await store.remove(which)
    if (sessions.length > 0) emit({ type: 'revoked', sessions, by })
    await refreshPages()
    return sessions.length
  }

  return {
    list: async (options = {}) => {
      const page = pageOf(options)
      const current = await currentId()
      const rows = isText(page.search ?? '') ? await context().store.list(page) : []
      return rows.map((row) => infoOf(row, current))
    },
    get: async (id) => {
      if (!isUuid(id)) return null
      const current = await currentId()
      const [row] = await context().store.list({ ids: [id], sort: 'created', limit: 1 })
      return row ? infoOf(row, current) : null
    },
    revoke: async (ids, options = {}) => {
      const known = [ids].flat().filter(isUuid)
      const owner = ownerOf(options)
      return known.length > 0 ? remove({ ids: known, ...owner }, options.by) : 0
    },
    revokeUser: async (userId, { except = null, by } = {}) => {
      if (except !== null && !isUuid(except)) throw invalid('except', 'is not a session id')
      return remove({ userId: checkUserId(userId), ...(except && { exceptId: except }) }, by)
    },
    count: async () => {
      await currentId()
      return context().store.count({ status: 'active' })
    },
    stats: async () => {
      await currentId()
      return sessionStats(await context().store.stats())
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
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) throw invalid('batchSize', `is ${batchSize}; use a whole number of rows`)
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

/** A `userId` that is present but undefined is rejected, because without it the condition would be missing. */
function ownerOf(options: { userId?: string | number | bigint }): { readonly userId?: string } {
  return 'userId' in options ? { userId: checkUserId(options.userId) } : {}
}

function pageOf({ sort = 'created', limit = 50, after, before, ...conditions }: ListOptions): SessionPage {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) throw invalid('limit', `is ${limit}; use 1 to 1000`)
  checkOneOf('sort', sort, sessionSorts)
  if (after && before) throw invalid('before', 'is given together with after; a page has one edge')
  const [above, below] = [edgeOf('after', after, sort), edgeOf('before', before, sort)]
  return { ...filterOf(conditions), sort, limit, ...(above && { after: above }), ...(below && { before: below }) }
}

/** Checks a value that JavaScript code or a query string may set to anything. */
function checkOneOf(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw invalid(name, `is ${value}; use one of ${known.join(', ')}`)
}

function edgeOf(name: string, row: ListOptions['after'], sort: SessionPage['sort']): PageEdge | undefined {
  const edge = typeof row === 'string' ? { id: row } : row
  if (edge && !isUuid(edge.id)) throw invalid(name, 'is not a session id; pass the row at the edge of a page')
  if (sort === 'lastSeen' && typeof row === 'string') throw invalid(name, 'is an id; to sort by lastSeen, pass the whole row')
  return edge
}

function filterOf(options: Pick<ListOptions, 'userId' | 'search' | 'status'>): SessionFilter {
  const { search, status } = options
  if (status) checkOneOf('status', status, sessionStatuses)
  return {
    ...ownerOf(options),
    ...(search && { search }),
    ...(status && { status }),
  }
}

function infoOf(row: StoredSession, current: string | null): SessionInfo {
  const { id, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent } = row
  const publicParts = { id, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent }
  const data = deepFreeze(visible(row.data))
  return { ...publicParts, data, dataBytes: jsonBytes(row.data), active: row.secondsLeft > 0, current: id === current }
}
