import { isUuid } from '../data/bytes.ts'
import { invalidArgument } from '../data/json.ts'
import { checkUserId } from '../data/user-id.ts'
import {
  type PageEdge,
  type SessionFilter,
  type SessionPage,
  type SessionStore,
  sessionSorts,
  sessionStatuses,
} from '../store/store.ts'
import type { ColumnValues } from '../store/stored-session.ts'
import type { SessionInfo } from './session-info.ts'

/** The options of `list`. All conditions must hold. */
export interface ListOptions {
  /** Only sessions of this user. Undefined is rejected with DATA_INVALID, because it would select all users. */
  userId?: string | number | bigint
  /** A prefix of a session id, user id or IP address. */
  search?: string
  /** 'anonymous' and 'signedIn' select active sessions only. @default all */
  status?: 'active' | 'expired' | 'anonymous' | 'signedIn'
  /**
   * Values of the app's own columns, such as `{ tenantId: 7 }`; null selects rows in which the column is empty. Only for stores
   * with such columns (`sessionsTableAs`).
   */
  columns?: ColumnValues
  /** Newest first, by creation or by last use. @default 'created' */
  sort?: 'created' | 'lastSeen'
  /** The last row of the previous page. With `sort: 'created'` its id is enough. */
  after?: string | Pick<SessionInfo, 'id' | 'lastSeenAt'> | undefined
  /**
   * The first row of the next page: returns the page that ends directly above it, newest first. Cannot be combined with `after`.
   */
  before?: string | Pick<SessionInfo, 'id' | 'lastSeenAt'> | undefined
  /** Rows on a page, 1 to 1000. @default 50 */
  limit?: number
}

/** A `userId` of undefined is rejected, because the list would otherwise contain the sessions of all users. */
export function ownerOf(options: { userId?: string | number | bigint }): { readonly userId?: string } {
  return 'userId' in options ? { userId: checkUserId(options.userId) } : {}
}

/** Returns the page that `list` reads. @throws {SessionError} DATA_INVALID that names the option. */
export function pageOf({ sort = 'created', limit = 50, after, before, ...conditions }: ListOptions): SessionPage {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) throw invalidArgument('limit', `is ${limit}; use 1 to 1000`)
  checkOneOf('sort', sort, sessionSorts)
  if (after && before) throw invalidArgument('before', 'cannot be combined with after; pass one of them')
  const [above, below] = [edgeOf('after', after, sort), edgeOf('before', before, sort)]
  return { ...filterOf(conditions), sort, limit, ...(above && { after: above }), ...(below && { before: below }) }
}

/** Checks a value that JavaScript code or a query string may set to anything. */
function checkOneOf(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw invalidArgument(name, `is ${value}; use one of ${known.join(', ')}`)
}

function edgeOf(name: string, row: ListOptions['after'], sort: SessionPage['sort']): PageEdge | undefined {
  const edge = typeof row === 'string' ? { id: row } : row
  if (edge && !isUuid(edge.id)) throw invalidArgument(name, 'is not a session id; pass the first or last row of a page')
  if (sort === 'lastSeen' && typeof row === 'string')
    throw invalidArgument(name, 'is an id; to sort by lastSeen, pass the whole row')
  return edge
}

function filterOf(options: Pick<ListOptions, 'userId' | 'search' | 'status' | 'columns'>): SessionFilter {
  const { search, status, columns } = options
  if (status) checkOneOf('status', status, sessionStatuses)
  return {
    ...ownerOf(options),
    ...(search && { search }),
    ...(status && { status }),
    ...(columns && { columns }),
  }
}

/**
 * Checks a filter by own columns. A name that the store does not have, or a value that is undefined, would select all
 * sessions.
 * @throws {SessionError} DATA_INVALID
 */
export function checkColumns(columns: ColumnValues | undefined, { name: storeName, columnNames = [] }: SessionStore): void {
  for (const [name, value] of Object.entries(columns ?? {})) {
    const known = columnNames === 'any' ? 'every column' : columnNames.join(', ') || 'none'
    if (columnNames !== 'any' && !columnNames.includes(name)) {
      throw invalidArgument(`columns.${name}`, `is not a column of the store ${storeName}, which has ${known}`)
    }
    const isValue = value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)
    if (!isValue) throw invalidArgument(`columns.${name}`, 'is not a string, a finite number, a boolean or null')
  }
}
