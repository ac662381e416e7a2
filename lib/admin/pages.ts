import type { ListOptions } from '../core/administration/administration.ts'
import { type Address, cursorTo, firstPage, rowAt } from './address.ts'
import type { AdminSessions } from './admin.ts'
import { type ShownSession, withoutData } from './shown.ts'

/** One page of the list, and where its neighbours are; null where there is none. */
export interface Page {
  readonly rows: readonly ShownSession[]
  readonly newer: Address | null
  readonly older: Address | null
}

const rowsOnPage = 25

/** The page that an address names, with one query: a row more than is shown tells whether it goes on. */
export async function pageAt(sessions: AdminSessions, address: Address): Promise<Page> {
  const { after, before, sort } = address
  const cursor = after ? { after: rowAt(after) } : before ? { before: rowAt(before) } : {}
  const found = await sessions.list({ ...conditions(address), ...cursor, limit: rowsOnPage + 1 })
  const hasMore = found.length > rowsOnPage
  // Going back, the row too many is the newest; and a page that is not full is the beginning, which by then may have got more rows.
  if (before && !hasMore) return pageAt(sessions, firstPage(address))
  const rows = before ? found.slice(1) : found.slice(0, rowsOnPage)
  const [first, last] = [rows.at(0), rows.at(-1)]
  const start = firstPage(address)
  return {
    rows: rows.map(withoutData),
    newer: first && (after || before) ? { ...start, before: cursorTo(first, sort) } : null,
    older: last && (before || hasMore) ? { ...start, after: cursorTo(last, sort) } : null,
  }
}

function conditions({ status, sort, search, user }: Address): ListOptions {
  return { sort, ...(status && { status }), ...(search && { search }), ...(user && { userId: user }) }
}
