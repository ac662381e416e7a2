import { isText } from '../core/data/json.ts'
import type { ListOptions, SessionInfo } from '../core/administration/administration.ts'
import { sessionSorts, sessionStatuses } from '../core/store/store.ts'
import { isUuid } from '../core/cookie/token.ts'

/** What stands in the URL's query, as Next hands it to a page. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>

const views = ['list', 'figures'] as const
const intents = ['end', 'user', 'others', 'expired'] as const
const problems = ['STORE_FAILED', 'INTERRUPTED', 'CONFIG_INVALID', 'UNKNOWN'] as const

/** What an admin may want to end: chosen sessions, a user's, all but the own one; or expired ones to be deleted. */
export type Intent = (typeof intents)[number]

/** Why a change was not made, or not to its end. */
export type Problem = (typeof problems)[number]

/** Where one is in the admin: all its state, and all of it in the URL. */
export interface Address {
  readonly view: (typeof views)[number]
  readonly status: (typeof sessionStatuses)[number] | null
  readonly sort: (typeof sessionSorts)[number]
  /** What ids, user ids and IP addresses have to begin with; '': no condition. */
  readonly search: string
  /** The user whose sessions are listed; '': everybody's. */
  readonly user: string
  /** Cursors, as `cursorTo` prints them; at most one of them is not ''. */
  readonly after: string
  readonly before: string
  /** The session that is looked at, whatever was asked for; '': the list. */
  readonly id: string
  /** Whether values that look like secrets are shown. */
  readonly reveal: boolean
  /** What has to be confirmed now. */
  readonly confirm: Intent | null
  /** The sessions that `confirm` is about. */
  readonly ids: readonly string[]
  /** The user that `confirm` is about. */
  readonly of: string
  /** Whether ending the own session has been asked about once. */
  readonly sure: boolean
  /** What became of the last post, where no script can keep it: why it failed, or how far it came. */
  readonly problem: Problem | null
  readonly done: number
  readonly from: string
}

/** More than a page of the list has. */
const maxIds = 100
const maxText = 255

/** The plain list. */
export const home: Address = {
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
  of: '',
  sure: false,
  problem: null,
  done: 0,
  from: '',
}

/** Reads a query. Anything may stand there: what makes no sense is left out. */
export function parseAddress(query: Query): Address {
  const sort = oneOf(sessionSorts, query.sort) ?? home.sort
  const after = cursorText(query.after, sort)
  return {
    view: oneOf(views, query.view) ?? home.view,
    status: oneOf(sessionStatuses, query.status),
    sort,
    search: textOf(query.search),
    user: userOf(query.user),
    after,
    before: after ? '' : cursorText(query.before, sort),
    id: textOf(query.id),
    reveal: textOf(query.reveal) === 'yes',
    confirm: oneOf(intents, query.confirm),
    ids: [...new Set([query.ids ?? []].flat().filter(isUuid))].slice(0, maxIds),
    of: userOf(query.of),
    sure: textOf(query.sure) === 'yes',
    problem: oneOf(problems, query.problem),
    done: /^\d{1,12}$/.test(textOf(query.done)) ? Number(textOf(query.done)) : 0,
    from: isUuid(textOf(query.from)) ? textOf(query.from) : '',
  }
}

/** The address that stands in a query as text, such as a hidden field brings back. */
export function addressOf(text: string): Address {
  const params = new URLSearchParams(text)
  return parseAddress(Object.fromEntries([...new Set(params.keys())].map((name) => [name, params.getAll(name)])))
}

/** The name and value of each part that is not as on the plain list, for links and for hidden fields. */
export function fieldsOf(address: Address): [string, string][] {
  const { reveal, sure, ids, confirm, status, problem, done, ...texts } = address
  const flags = { reveal: reveal ? 'yes' : '', sure: sure ? 'yes' : '', done: done > 0 ? String(done) : '' }
  const single = Object.entries({ ...texts, confirm: confirm ?? '', status: status ?? '', problem: problem ?? '', ...flags })
  const plain: Readonly<Record<string, unknown>> = { ...home }
  return [...single.filter(([name, value]) => value !== '' && value !== plain[name]), ...ids.map(pair)]
}

const pair = (id: string): [string, string] => ['ids', id]

/** The query of an address, with its `?`; '' for the plain list. */
export function printAddress(address: Address): string {
  const text = new URLSearchParams(fieldsOf(address)).toString()
  return text && `?${text}`
}

/** The same list from its beginning, with nothing opened and nothing to confirm. */
export function firstPage({ view, status, sort, search, user }: Address): Address {
  return { ...home, view, status, sort, search, user }
}

/** The list that one came from: where it was, with nothing opened and nothing to confirm. */
export function listOf(address: Address): Address {
  return { ...firstPage(address), after: address.after, before: address.before }
}

/** A row as a place in the list. */
export function cursorTo({ id, lastSeenAt }: Pick<SessionInfo, 'id' | 'lastSeenAt'>, sort: Address['sort']): string {
  return sort === 'created' ? id : `${id}.${lastSeenAt.getTime()}`
}

/** The row that a cursor names, as `sessions.list` takes it. */
export function rowAt(cursor: string): Exclude<ListOptions['after'], undefined> {
  const [id = '', time] = cursor.split('.')
  return time === undefined ? id : { id, lastSeenAt: new Date(Number(time)) }
}

function cursorText(value: Query[string], sort: Address['sort']): string {
  const text = textOf(value)
  const [id, time] = text.split('.')
  const isWhole = sort === 'created' ? text === id : /^\d{1,13}$/.test(time ?? '') && text === `${id}.${time}`
  return isUuid(id) && isWhole ? text : ''
}

function oneOf<T extends string>(known: readonly T[], value: Query[string]): T | null {
  const text = textOf(value)
  return known.find((name) => name === text) ?? null
}

/** The last of several, if a user id can be like that: as it is, since each is another user. */
function userOf(value: Query[string]): string {
  const text = [value ?? []].flat().at(-1)
  return typeof text === 'string' && text.length <= maxText && isText(text) ? text : ''
}

/** The last of several; without what people do not mean to search for. */
function textOf(value: Query[string]): string {
  const text: unknown = [value ?? []].flat().at(-1)
  if (typeof text !== 'string') return ''
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, maxText)
    .toWellFormed()
}
