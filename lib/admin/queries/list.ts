import type { ListOptions } from '../../core/administration/list-options.ts'
import { type Address, firstPage, formatCursor, parseCursor } from '../address.ts'
import type { AdminContext, AdminSessions } from '../types.ts'
import { findUserNames, type SessionSummary, summaryOf } from './summary.ts'

/** One page of the list. */
export interface ListPage {
  readonly rows: readonly SessionSummary[]
  /** The address of the page with newer sessions; null on the first page. */
  readonly newer: Address | null
  /** The address of the page with older sessions; null on the last page. */
  readonly older: Address | null
}

const pageSize = 25

/** Returns the page of the list that the address names, and the display names of its users. */
export async function findList({ sessions, address, userNames }: AdminContext) {
  const page = await findPage(sessions, address)
  return { page, names: await findUserNames(page.rows, userNames) }
}

/** Reads one row more than a page shows, so that the same query also detects if another page follows. */
async function findPage(sessions: AdminSessions, address: Address): Promise<ListPage> {
  const { after, before, sort } = address
  const cursor = after ? { after: parseCursor(after) } : before ? { before: parseCursor(before) } : {}
  const found = await sessions.list({ ...conditions(address), ...cursor, limit: pageSize + 1 })
  const hasMore = found.length > pageSize
  // Without an extra row, no newer page exists, so the first page is shown. It is read again, because it may contain new sessions.
  if (before && !hasMore) return findPage(sessions, firstPage(address))
  // When paging backwards, the extra row is the newest one.
  const rows = before ? found.slice(1) : found.slice(0, pageSize)
  const [first, last] = [rows.at(0), rows.at(-1)]
  const start = firstPage(address)
  return {
    rows: rows.map(summaryOf),
    newer: first && (after || before) ? { ...start, before: formatCursor(first, sort) } : null,
    older: last && (before || hasMore) ? { ...start, after: formatCursor(last, sort) } : null,
  }
}

function conditions({ status, sort, search, user }: Address): ListOptions {
  return { sort, ...(status && { status }), ...(search && { search }), ...(user && { userId: user }) }
}
