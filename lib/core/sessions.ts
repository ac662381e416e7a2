import { deepFreeze, invalid, isText, type JsonObject } from './json.ts'
import { checkUserId } from './refusals.ts'
import { visible } from './schema.ts'
import type { Removal, SessionFilter, SessionPage, StoredSession } from './store.ts'
import { isUuid } from './token.ts'
import type { SessionContext } from './visit.ts'

/** A session as an operator or its owner may see it: no token, no hash. */
export interface SessionInfo {
  readonly id: string
  readonly userId: string | null
  readonly createdAt: Date
  readonly authenticatedAt: Date | null
  readonly lastSeenAt: Date
  readonly expiresAt: Date
  readonly ip: string | null
  readonly userAgent: string | null
  readonly data: JsonObject
  /** Whether it is the session of the request that asks. */
  readonly current: boolean
}

/** What `list` takes; all conditions hold at once. */
export interface ListOptions {
  userId?: string | number | bigint
  /** What a session id, user id or IP address begins with. */
  search?: string
  /** 'anonymous' and 'signedIn' are active ones. @default all */
  status?: 'active' | 'expired' | 'anonymous' | 'signedIn'
  /** Newest first, by creation or by last use. @default 'created' */
  sort?: 'created' | 'lastSeen'
  /** The last row of the page before; for `sort: 'created'` its id suffices. */
  after?: string | Pick<SessionInfo, 'id' | 'lastSeenAt'> | undefined
  /** Rows on a page, 1 to 1000. @default 50 */
  limit?: number
}

/** What `clearExpired` takes. */
export interface ClearOptions {
  /** Rows deleted by one statement. @default 1000 */
  batchSize?: number
  /** Told after each batch how many are gone so far. */
  onProgress?: (deleted: number) => void
  /** Stops between two batches. */
  signal?: AbortSignal
}

/** The server side of sessions: see, find, end, tidy up. Every method rejects with STORE_FAILED if the store fails. */
export interface SessionAdministration {
  /** One page of sessions, newest first. */
  list(options?: ListOptions): Promise<SessionInfo[]>
  /** One session by its public id, live or expired; null if there is none. */
  get(id: string): Promise<SessionInfo | null>
  /** Ends sessions by id, and answers how many. With `userId` only that user's: a page where users end their own must pass it. */
  revoke(ids: string | readonly string[], options?: { userId?: string | number | bigint }): Promise<number>
  /** Ends all sessions of a user, but for the one with the id `except`, and answers how many. */
  revokeUser(userId: string | number | bigint, options?: { except?: string | null }): Promise<number>
  /** How many sessions are active. */
  count(): Promise<number>
  /** Deletes expired sessions in batches and answers how many (Django's clearsessions). Safe at any time, from several processes. */
  clearExpired(options?: ClearOptions): Promise<number>
}

/** Makes the server side; `currentId` tells the id of the asking request's session, if there is one. */
export function createAdministration(
  context: () => SessionContext,
  currentId: () => Promise<string | null>,
): SessionAdministration {
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
    revoke: async (ids, { userId } = {}) => {
      const known = [ids].flat().filter(isUuid)
      if (known.length === 0) return 0
      return remove(context(), { ids: known, ...(userId !== undefined && { userId: checkUserId(userId) }) })
    },
    revokeUser: async (userId, { except } = {}) => {
      return remove(context(), { userId: checkUserId(userId), ...(isUuid(except) && { exceptId: except }) })
    },
    count: async () => {
      await currentId()
      return context().store.count({ status: 'active' })
    },
    clearExpired: async (options = {}) => clearExpired(context(), options),
  }
}

async function remove({ store, emit }: SessionContext, which: Removal): Promise<number> {
  const sessions = await store.remove(which)
  if (sessions.length > 0) emit({ type: 'revoked', sessions })
  return sessions.length
}

async function clearExpired(
  { store, emit }: SessionContext,
  { batchSize = 1000, onProgress, signal }: ClearOptions,
): Promise<number> {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) throw invalid('batchSize', `is ${batchSize}; use a whole number of rows`)
  let deleted = 0
  for (let batch = batchSize; batch === batchSize && !signal?.aborted; ) {
    batch = await store.clearExpired(batchSize)
    deleted += batch
    onProgress?.(deleted)
  }
  if (deleted > 0) emit({ type: 'expired', count: deleted })
  return deleted
}

function pageOf({ sort = 'created', limit = 50, after, ...conditions }: ListOptions): SessionPage {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) throw invalid('limit', `is ${limit}; use 1 to 1000`)
  const last = typeof after === 'string' ? { id: after } : after
  if (last && !isUuid(last.id)) throw invalid('after', 'is no session id; pass the last row of the page before')
  if (sort === 'lastSeen' && typeof after === 'string') throw invalid('after', 'is an id; to sort by lastSeen pass the whole row')
  return { ...filterOf(conditions), sort, limit, ...(last && { after: last }) }
}

function filterOf({ userId, search, status }: Pick<ListOptions, 'userId' | 'search' | 'status'>): SessionFilter {
  return {
    ...(userId !== undefined && { userId: checkUserId(userId) }),
    ...(search && { search }),
    ...(status && { status }),
  }
}

function info(row: StoredSession, current: string | null): SessionInfo {
  const { id, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent } = row
  const data = deepFreeze(visible(row.data))
  return { id, userId, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent, data, current: id === current }
}
