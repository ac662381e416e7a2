import type { ListOptions, SessionInfo } from '../core/administration/administration.ts'
import { withSessions } from './open.ts'
import type { Outcome, Terminal } from './terminal.ts'
import { instant, plain, table } from './format.ts'

/** The options of `coatcheck list`. */
export interface ListFlags {
  readonly user?: string
  readonly search?: string
  readonly status?: NonNullable<ListOptions['status']>
  readonly sort: NonNullable<ListOptions['sort']>
  readonly limit: number
  /** Where the page before ended, as it said. */
  readonly after?: After
}

/** The last row of a page: its id, and for a list by last use when that was. */
export interface After {
  readonly id: string
  readonly lastSeenAt: Date | null
}

/** `coatcheck list`: one page of sessions, and how to ask for the next. */
export async function list(terminal: Terminal, { user, search, status, sort, limit, after }: ListFlags): Promise<Outcome> {
  const last = after?.lastSeenAt ? { id: after.id, lastSeenAt: after.lastSeenAt } : after?.id
  const conditions = { ...(user !== undefined && { userId: user }), ...(search && { search }), ...(status && { status }) }
  return withSessions(terminal, async ({ sessions }) => {
    const found = await sessions.list({ ...conditions, sort, limit, after: last })
    const next = found.length === limit ? afterOf(found.at(-1), sort) : null
    const hint = next ? `\n\nMore: the same with --after ${next}` : ''
    return { text: `${pageText(found)}${hint}`, json: { sessions: found.map(facts), next } }
  })
}

/** What is said of a session without its data. */
export function facts({ id, userId, active, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent }: SessionInfo) {
  return { id, userId, active, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent }
}

function afterOf(last: SessionInfo | undefined, sort: ListFlags['sort']): string | null {
  if (!last) return null
  return sort === 'lastSeen' ? `${last.id},${last.lastSeenAt.toISOString()}` : last.id
}

function pageText(found: readonly SessionInfo[]): string {
  if (found.length === 0) return 'No sessions.'
  const rows = found.map(({ id, userId, active, lastSeenAt, expiresAt, ip, userAgent }) => [
    id,
    plain(userId ?? '-', 36),
    instant(lastSeenAt),
    active ? instant(expiresAt) : 'expired',
    ip ?? '-',
    plain(userAgent ?? '-', 40),
  ])
  return table(['ID', 'USER', 'LAST SEEN', 'EXPIRES', 'IP', 'USER AGENT'], rows)
}
