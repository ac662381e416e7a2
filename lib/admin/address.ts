import type { ListOptions } from '../core/administration/list-options.ts'
import type { SessionInfo } from '../core/administration/session-info.ts'
import { isUuid } from '../core/data/bytes.ts'
import { isText } from '../core/data/json.ts'
import { sessionSorts, sessionStatuses } from '../core/store/store.ts'

/** The query of a URL, as Next passes it to a page. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>

const views = ['list', 'statistics'] as const
const operations = ['selected', 'user', 'others', 'expired'] as const
const problems = ['STORE_FAILED', 'INTERRUPTED', 'CONFIG_INVALID', 'UNKNOWN'] as const

/**
 * The operations of the page: revoke the selected sessions, revoke the sessions of one user, revoke all sessions except
 * the current one, or delete the expired sessions.
 */
export type Operation = (typeof operations)[number]

/** The reasons why an operation failed or stopped. */
export type Problem = (typeof problems)[number]

/** The state of the admin page. All of it is stored in the query of the URL. */
export interface Address {
  readonly view: (typeof views)[number]
  readonly status: (typeof sessionStatuses)[number] | null
  readonly sort: (typeof sessionSorts)[number]
  /** The prefix of the session id, user id or IP address; '': no search. */
  readonly search: string
  /** The user whose sessions are listed; '': all users. */
  readonly user: string
  /** Cursors in the form that `formatCursor` returns. `after`, `before` or both are ''. */
  readonly after: string
  readonly before: string
  /** The id of the session whose details are shown, not validated; '': show the list. */
  readonly id: string
  /** true shows values that look like secrets. */
  readonly reveal: boolean
  /** The operation that the page asks the admin to confirm. */
  readonly confirm: Operation | null
  /** The selected sessions, for `confirm: 'selected'`. */
  readonly ids: readonly string[]
  /** The user whose sessions are revoked, for `confirm: 'user'`. */
  readonly targetUser: string
  /** true after the first of the two confirmations that revoking the current session requires. */
  readonly includeCurrent: boolean
  /** The result of the last post, for browsers without JavaScript: the reason for a failure, and the progress. */
  readonly problem: Problem | null
  readonly done: number
  readonly from: string
}

/** The largest number of selected sessions; a page of the list has fewer rows. */
const maxIds = 100
const maxText = 255

/** The address of the list without search and filters. */
export const defaultAddress: Address = {
  view: 'list',
  status: null,
  sort: 'created',
  search: '',
  user: '',
  after: '',
  before: '',
  id: '',
  reveal: false,
  confirm: null,
  ids: [],
  targetUser: '',
  includeCurrent: false,
  problem: null,
  done: 0,
  from: '',
}

/** Parses a query. Accepts any input and replaces invalid values with the defaults. */
export function parseAddress(query: Query): Address {
  const sort = oneOf(sessionSorts, query.sort) ?? defaultAddress.sort
  const after = cursorText(query.after, sort)
  return {
    view: oneOf(views, query.view) ?? defaultAddress.view,
    status: oneOf(sessionStatuses, query.status),
    sort,
    search: textOf(query.search),
    user: userIdOf(query.user),
    after,
    before: after ? '' : cursorText(query.before, sort),
    id: textOf(query.id),
    reveal: textOf(query.reveal) === 'yes',
    confirm: oneOf(operations, query.confirm),
    ids: [...new Set([query.ids ?? []].flat().filter(isUuid))].slice(0, maxIds),
    targetUser: userIdOf(query.targetUser),
    includeCurrent: textOf(query.includeCurrent) === 'yes',
    problem: oneOf(problems, query.problem),
    done: /^\d{1,12}$/.test(textOf(query.done)) ? Number(textOf(query.done)) : 0,
    from: isUuid(textOf(query.from)) ? textOf(query.from) : '',
  }
}

/** Parses the text of a query, such as '?status=active'. */
export function parseAddressText(text: string): Address {
  const params = new URLSearchParams(text)
  return parseAddress(Object.fromEntries([...new Set(params.keys())].map((name) => [name, params.getAll(name)])))
}

/** Returns the name and value of each part that differs from `defaultAddress`, for links and hidden fields. */
export function addressFields(address: Address): [string, string][] {
  const { reveal, includeCurrent, ids, confirm, status, problem, done, ...texts } = address
  const flags = { reveal: reveal ? 'yes' : '', includeCurrent: includeCurrent ? 'yes' : '', done: done > 0 ? String(done) : '' }
  const single = Object.entries({ ...texts, confirm: confirm ?? '', status: status ?? '', problem: problem ?? '', ...flags })
  const defaults: Readonly<Record<string, unknown>> = { ...defaultAddress }
  return [...single.filter(([name, value]) => value !== '' && value !== defaults[name]), ...ids.map(idField)]
}

const idField = (id: string): [string, string] => ['ids', id]

/** Returns the query of an address, starting with '?'; '' for `defaultAddress`. */
export function printAddress(address: Address): string {
  const text = new URLSearchParams(addressFields(address)).toString()
  return text && `?${text}`
}

/** Returns the address of the first page of the same list, without details or confirmation. */
export function firstPage({ view, status, sort, search, user }: Address): Address {
  return { ...defaultAddress, view, status, sort, search, user }
}

/** Returns the address of the same page of the list, without details or confirmation. */
export function listAddress(address: Address): Address {
  return { ...firstPage(address), after: address.after, before: address.before }
}

/** Formats the position of a row in the list as text. */
export function formatCursor({ id, lastSeenAt }: Pick<SessionInfo, 'id' | 'lastSeenAt'>, sort: Address['sort']): string {
  return sort === 'created' ? id : `${id}.${lastSeenAt.getTime()}`
}

/** Parses the text that `formatCursor` returned to the value that `sessions.list` expects. */
export function parseCursor(cursor: string): Exclude<ListOptions['after'], undefined> {
  const [id = '', time] = cursor.split('.')
  return time === undefined ? id : { id, lastSeenAt: new Date(Number(time)) }
}

/** Returns the cursor if it is valid for this order, otherwise ''. */
function cursorText(value: Query[string], sort: Address['sort']): string {
  const text = textOf(value)
  const [id, time] = text.split('.')
  const isComplete = sort === 'created' ? text === id : /^\d{1,13}$/.test(time ?? '') && text === `${id}.${time}`
  return isUuid(id) && isComplete ? text : ''
}

function oneOf<T extends string>(known: readonly T[], value: Query[string]): T | null {
  const text = textOf(value)
  return known.find((name) => name === text) ?? null
}

/**
 * Returns the last value if it can be a user id. The text is not trimmed, because ids that differ in spaces belong to
 * different users.
 */
function userIdOf(value: Query[string]): string {
  const text = [value ?? []].flat().at(-1)
  return typeof text === 'string' && text.length <= maxText && isText(text) ? text : ''
}

/** Returns the last value, trimmed and without control characters. */
function textOf(value: Query[string]): string {
  const text: unknown = [value ?? []].flat().at(-1)
  if (typeof text !== 'string') return ''
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, maxText)
    .toWellFormed()
}
