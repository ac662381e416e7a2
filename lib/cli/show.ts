import { maskSecrets } from '../core/administration/mask.ts'
import type { SessionInfo } from '../core/administration/administration.ts'
import { facts } from './list.ts'
import { withSessions } from './open.ts'
import type { Outcome, Terminal } from './terminal.ts'
import { instant, jsonText, pairs, plain } from './format.ts'

/** The options of `coatcheck show`. */
export interface ShowFlags {
  readonly reveal?: boolean
}

/** `coatcheck show`: one session and its data; what looks like a secret is hidden, unless `reveal` says otherwise. */
export async function show(terminal: Terminal, id: string, { reveal = false }: ShowFlags): Promise<Outcome> {
  return withSessions(terminal, async ({ sessions }) => {
    const found = await sessions.get(id)
    if (!found) {
      const message = `There is no session ${id}; it may have ended.`
      terminal.say(message)
      return { text: '', json: { error: { code: 'NOT_FOUND', message } }, exitCode: 1 }
    }
    const data = reveal ? found.data : maskSecrets(found.data, '(hidden)').data
    return { text: `${pairs(lines(found))}\n\n${jsonText(data)}`, json: { ...facts(found), data } }
  })
}

function lines({ id, userId, active, createdAt, authenticatedAt, lastSeenAt, expiresAt, ip, userAgent }: SessionInfo) {
  return [
    ['Session', id],
    ['User', plain(userId ?? '- (anonymous)')],
    ['Begun', instant(createdAt)],
    ['Logged in', authenticatedAt ? instant(authenticatedAt) : '-'],
    ['Last seen', instant(lastSeenAt)],
    [active ? 'Expires' : 'Expired', instant(expiresAt)],
    ['IP address', ip ?? '-'],
    ['User agent', plain(userAgent ?? '-')],
  ] as const
}
