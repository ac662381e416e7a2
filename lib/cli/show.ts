import { formatTime } from '../core/administration/format.ts'
import { maskSecrets } from '../core/administration/mask.ts'
import type { SessionInfo } from '../core/administration/session-info.ts'
import { formatEntries, safeJson, safeText } from './format.ts'
import { fieldsWithoutData } from './list.ts'
import type { CommandResult, Terminal } from './terminal.ts'
import { withSessions } from './with-sessions.ts'

/** The options of `coatcheck show`. */
export interface ShowOptions {
  readonly reveal?: boolean
}

/** Runs `coatcheck show`: returns one session and its data. Hides values that look like secrets, unless `reveal` is true. */
export async function show(terminal: Terminal, id: string, { reveal = false }: ShowOptions): Promise<CommandResult> {
  return withSessions(terminal, async ({ sessions }) => {
    const session = await sessions.get(id)
    if (!session) {
      const message = `Session ${id} does not exist. It may have expired or been revoked.`
      terminal.printMessage(message)
      return { text: '', json: { error: { code: 'NOT_FOUND', message } }, exitCode: 1 }
    }
    const data = reveal ? session.data : maskSecrets(session.data, '(hidden)').data
    const text = `${formatEntries(entriesOf(session))}\n\n${safeJson(data)}`
    return { text, json: { ...fieldsWithoutData(session), data } }
  })
}

function entriesOf({ id, userId, active, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent }: SessionInfo) {
  return [
    ['Session', id],
    ['User', safeText(userId ?? '- (anonymous)')],
    ['Created', formatTime(createdAt)],
    ['Logged in', authenticatedAt ? formatTime(authenticatedAt) : '-'],
    ['Last seen', formatTime(lastSeenAt)],
    [active ? 'Expires' : 'Expired', formatTime(expiresAt)],
    ['IP address', safeText(ip ?? '-')],
    ['User agent', safeText(userAgent ?? '-')],
  ] as const
}
