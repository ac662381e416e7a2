import { deepFreeze, invalid, isText, type JsonObject, jsonBytes } from '../data/json.ts'
import { checkUserId } from '../session/write-errors.ts'
import { visible } from '../data/schema.ts'
import { type SessionStats, sessionStats } from './stats.ts'
import {
  type PageEdge,
  type Removal,
  type SessionFilter,
  type SessionPage,
  type StoredSession,
  sessionSorts,
  sessionStatuses,
} from '../store/store.ts'
import { isUuid } from '../cookie/token.ts'
import type { SessionContext } from '../session/request-context.ts'

/** A session as an operator or its owner may see it: no token, no hash. */
export interface SessionInfo {
  readonly id: string
  /** null: anonymous. */
  readonly userId: string | null
  readonly createdAt: Date
  readonly authenticatedAt: Date | null
  readonly lastSeenAt: Date
  readonly expiresAt: Date
  readonly ip: string | null
  readonly userAgent: string | null
  /** The stored JSON, without `serializer` and schema defaults; deeply frozen. */
  readonly data: JsonObject
  /** Bytes of JSON text of all its data, as `maxBytes` counts them: flashes and whatever else is the library's included. */
  readonly dataBytes: number
  /** Whether it has not expired, by the store's clock. */
  readonly active: boolean
  /** Whether it is the session of the request that asks. */
  readonly current: boolean
}

/** What `list` takes; all conditions hold at once. */
export interface ListOptions {
  /** DATA_INVALID if it is given and undefined, which would mean everybody's. */
  userId?: string | number | bigint
  /** What a session id, user id or IP address begins with. */
  search?: string
  /** 'anonymous' and 'signedIn' are active ones. @default all */
  status?: 'active' | 'expired' | 'anonymous' | 'signedIn'
  /** Newest first, by creation or by last use. @default 'created' */
  sort?: 'created' | 'lastSeen'
  /** The last row of the page before; for `sort: 'created'` its id suffices. */
  after?: string | Pick<SessionInfo, 'id' | 'lastSeenAt'> | undefined
  /** The first row of the page after: asks for the page that ends just before it, newest first, too. Not together with `after`. */
  before?: string | Pick<SessionInfo, 'id' | 'lastSeenAt'> | undefined
  /** Rows on a page, 1 to 1000. @default 50 */
  limit?: number
}

/** Who ends sessions. */
export interface ActorOptions {
  /** Who does it, such as an operator's user id, for `onEvent` only. @default not said */
  by?: string | null | undefined
}

/** What `revoke` takes beside ids. */
export interface RevokeOptions extends ActorOptions {
  /** Only sessions of this user; DATA_INVALID if it is given and undefined, which would mean everybody's. */
  userId?: string | number | bigint
}

/** What `revokeUser` takes beside the user. */
export interface RevokeUserOptions extends ActorOptions {
  /** The id of a session that stays; DATA_INVALID if it is no id. */
  except?: string | null
}

/** What `clearExpired` takes. */
export interface ClearOptions extends ActorOptions {
  /** Rows deleted by one statement. @default 1000 */
  batchSize?: number
  /** Told after each batch how many are gone so far. */
  onProgress?: (deleted: number) => void
  /** Stops between two batches. */
  signal?: AbortSignal
}

/**
 * The server side of sessions: see, find, end, tidy up. Every method rejects with STORE_FAILED if the store fails, and on `cookieStore()`
 * with CONFIG_INVALID, but for `clearExpired`, which has nothing to do there.
 */
export interface SessionAdministration {
  /** One page of sessions, newest first. */
  list(options?: ListOptions): Promise<SessionInfo[]>
  /** One session by its public id, live or expired; null if there is none. */
  get(id: string): Promise<SessionInfo | null>
  /** Ends sessions by id, and answers how many; what is no id is ignored. With `userId` only that user's: a page where users end their own must pass it. */
  revoke(ids: string | readonly string[], options?: RevokeOptions): Promise<number>
  /** Ends all sessions of a user, but for the one with the id `except`, and answers how many. */
  revokeUser(userId: string | number | bigint, options?: RevokeUserOptions): Promise<number>
  /** How many sessions are active. */
  count(): Promise<number>
  /** Figures of all sessions: for an overview, and cheap enough for one that is looked at often. */
  stats(): Promise<SessionStats>
  /** Deletes expired sessions in batches and answers how many (Django's clearsessions). Safe at any time, from several processes. */
  clearExpired(options?: ClearOptions): Promise<number>
}

/** What the server side needs: no secret, no request. */
type Administered = Pick<SessionContext, 'store' | 'emit'>

/** Makes the server side; `currentId` tells the id of the asking request's session, if there is one. */
export function createAdministration(context: () => Administered, currentId: () => Promise<string | null>): SessionAdministration {
  return {
    list: async (options = {}) => {
      const page = pageOf(options)
      const current = await currentId() // first, since it waits until there is a request: a prerender must not ask the store
      const rows = isText(page.search ?? '') ? await context().store.list(page) : []
      return rows.map((row) => info(row, current))
    },
    get: async (id) => {
      if (!isUuid(id)) return null
      const current = await currentId()
      const [row] = await context().store.list({ ids: [id], sort: 'created', limit: 1 })
      return row ? info(row, current) : null
    },
    revoke: async (ids, options = {}) => {
      const known = [ids].flat().filter(isUuid)
      const owner = ownerOf(options)
      return known.length > 0 ? remove(context(), { ids: known, ...owner }, options.by) : 0
    },
    revokeUser: async (userId, { except = null, by } = {}) => {
      if (except !== null && !isUuid(except)) throw invalid('except', 'is no session id')
      return remove(context(), { userId: checkUserId(userId), ...(except && { exceptId: except }) }, by)
    },
    count: async () => {
      await currentId()
      return context().store.count({ status: 'active' })
    },
    stats: async () => {
      await currentId()
      return sessionStats(await context().store.stats())
    },
    clearExpired: async (options = {}) => clearExpired(context(), options),
  }
}

async function remove({ store, emit }: Administered, which: Removal, by: ActorOptions['by'] = null): Promise<number> {
  const sessions = await store.remove(which)
  if (sessions.length > 0) emit({ type: 'revoked', sessions, by })
  return sessions.length
}

async function clearExpired(
  { store, emit }: Administered,
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

/** The condition that an owner sets. One that is named but undefined is refused, since without it the condition would be gone. */
function ownerOf(options: { userId?: string | number | bigint }): { readonly userId?: string } {
  return 'userId' in options ? { userId: checkUserId(options.userId) } : {}
}

function pageOf({ sort = 'created', limit = 50, after, before, ...conditions }: ListOptions): SessionPage {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) throw invalid('limit', `is ${limit}; use 1 to 1000`)
  checkOneOf('sort', sort, sessionSorts)
  if (after && before) throw invalid('before', 'stands beside after; a page has one edge')
  const [above, below] = [edgeOf('after', after, sort), edgeOf('before', before, sort)]
  return { ...filterOf(conditions), sort, limit, ...(above && { after: above }), ...(below && { before: below }) }
}

/** By JavaScript, or out of a query string, anything may come. */
function checkOneOf(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw invalid(name, `is ${value}; use one of ${known.join(', ')}`)
}

function edgeOf(name: string, row: ListOptions['after'], sort: SessionPage['sort']): PageEdge | undefined {
  const edge = typeof row === 'string' ? { id: row } : row
  if (edge && !isUuid(edge.id)) throw invalid(name, 'is no session id; pass the row at the edge of a page')
  if (sort === 'lastSeen' && typeof row === 'string') throw invalid(name, 'is an id; to sort by lastSeen pass the whole row')
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

function info(row: StoredSession, current: string | null): SessionInfo {
  const { id, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent } = row
  const shown = { id, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent }
  const data = deepFreeze(visible(row.data))
  return { ...shown, data, dataBytes: jsonBytes(row.data), active: row.secondsLeft > 0, current: id === current }
}
