import { formatTime } from '../core/administration/format.ts'
import type { ListOptions } from '../core/administration/list-options.ts'
import type { SessionInfo } from '../core/administration/session-info.ts'
import { formatTable, safeText } from './format.ts'
import type { CommandResult, Terminal } from './terminal.ts'
import { withSessions } from './with-sessions.ts'

/** The options of `coatcheck list`. */
export interface ListCommandOptions {
  readonly user?: string
  readonly search?: string
  readonly status?: NonNullable<ListOptions['status']>
  readonly sort: NonNullable<ListOptions['sort']>
  readonly limit: number
  /** The last row of the previous page. */
  readonly after?: ListPosition
}

/** The position of a row in the list. */
export interface ListPosition {
  readonly id: string
  /** null if the list is sorted by creation. */
  readonly lastSeenAt: Date | null
}

/** Runs `coatcheck list`: returns one page of sessions and the `--after` value for the next page. */
export async function list(terminal: Terminal, options: ListCommandOptions): Promise<CommandResult> {
  const { user, search, status, sort, limit, after } = options
  const lastRow = after?.lastSeenAt ? { id: after.id, lastSeenAt: after.lastSeenAt } : after?.id
  const conditions = { ...(user !== undefined && { userId: user }), ...(search && { search }), ...(status && { status }) }
  return withSessions(terminal, async ({ sessions }) => {
    const page = await sessions.list({ ...conditions, sort, limit, after: lastRow })
    const next = page.length === limit ? formatPosition(page.at(-1), sort) : null
    const hint = next ? `\n\nFor the next page, add: --after ${next}` : ''
    return { text: `${formatPage(page)}${hint}`, json: { sessions: page.map(fieldsWithoutData), next } }
  })
}

/** Returns the fields of a session that the JSON documents contain, without its data. */
export function fieldsWithoutData(session: SessionInfo) {
  const { id, userId, active, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent } = session
  return { id, userId, active, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent }
}

function formatPosition(row: SessionInfo | undefined, sort: ListCommandOptions['sort']): string | null {
  if (!row) return null
  return sort === 'lastSeen' ? `${row.id},${row.lastSeenAt.toISOString()}` : row.id
}

function formatPage(page: readonly SessionInfo[]): string {
  if (page.length === 0) return 'No sessions found.'
  const rows = page.map(({ id, userId, active, lastSeenAt, expiresAt, ip, userAgent }) => [
    id,
    safeText(userId ?? '-', 36),
    formatTime(lastSeenAt),
    active ? formatTime(expiresAt) : 'expired',
    safeText(ip ?? '-', 45),
    safeText(userAgent ?? '-', 40),
  ])
  return formatTable(['ID', 'USER', 'LAST SEEN', 'EXPIRES', 'IP', 'USER AGENT'], rows)
}
