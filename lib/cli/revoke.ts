import { formatCount } from '../core/administration/format.ts'
import { safeText } from './format.ts'
import type { CommandResult, Terminal } from './terminal.ts'
import { type OpenSessions, withSessions } from './with-sessions.ts'

/** The arguments and options of `coatcheck revoke`: either `ids`, or `user` and optionally `except`. */
export interface RevokeCommandOptions {
  readonly ids: readonly string[]
  readonly user?: string
  readonly except?: string
  readonly yes?: boolean
}

/** Runs `coatcheck revoke`: revokes sessions by id, or all sessions of a user. Asks for confirmation if the input is a terminal. */
export async function revoke(terminal: Terminal, options: RevokeCommandOptions): Promise<CommandResult> {
  return withSessions(terminal, async (open) => {
    const question = await confirmationQuestion(open, options)
    if (!options.yes && terminal.confirm && !(await terminal.confirm(question))) {
      return { text: 'Cancelled. No session was revoked.', json: { revoked: 0 }, exitCode: 1 }
    }
    const { sessions } = open
    const { ids, user, except = null } = options
    const revoked = user === undefined ? await sessions.revoke(ids) : await sessions.revokeUser(user, { except })
    const missing = user === undefined ? new Set(ids).size - revoked : 0
    const note = missing > 0 ? ` ${formatCount(missing, 'session')} did not exist.` : ''
    return { text: `Revoked ${formatCount(revoked, 'session')}.${note}`, json: { revoked } }
  })
}

async function confirmationQuestion({ store }: OpenSessions, { ids, user, except }: RevokeCommandOptions): Promise<string> {
  if (user === undefined) return `Revoke ${formatCount(new Set(ids).size, 'session')}?`
  const count = await store.count({ userId: user })
  const object = except ? `all except ${except}` : 'them'
  return `User ${safeText(user)} has ${formatCount(count, 'session')}. Revoke ${object}?`
}
