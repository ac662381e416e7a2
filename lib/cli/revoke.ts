import { type OpenSessions, withSessions } from './open.ts'
import type { Outcome, Terminal } from './terminal.ts'
import { counted, plain } from './format.ts'

/** Which sessions `coatcheck revoke` ends. */
export interface RevokeFlags {
  readonly ids: readonly string[]
  readonly user?: string
  readonly except?: string
  readonly yes?: boolean
}

/** `coatcheck revoke`: ends sessions, some by id or all of a user's. Asks first, where somebody can answer. */
export async function revoke(terminal: Terminal, flags: RevokeFlags): Promise<Outcome> {
  return withSessions(terminal, async (open) => {
    const question = await questionOf(open, flags)
    if (!flags.yes && terminal.confirm && !(await terminal.confirm(question))) {
      return { text: 'Nothing was ended.', json: { revoked: 0 }, exitCode: 1 }
    }
    const { sessions } = open
    const { ids, user, except = null } = flags
    const revoked = user === undefined ? await sessions.revoke(ids) : await sessions.revokeUser(user, { except })
    const missing = user === undefined ? new Set(ids).size - revoked : 0
    const note = missing > 0 ? ` ${counted(missing, 'session')} had ended before.` : ''
    return { text: `Ended ${counted(revoked, 'session')}.${note}`, json: { revoked } }
  })
}

async function questionOf({ store }: OpenSessions, { ids, user, except }: RevokeFlags): Promise<string> {
  if (user === undefined) return `End ${counted(new Set(ids).size, 'session')}?`
  const spared = except ? `, but for ${except}` : ''
  return `User ${plain(user)} has ${counted(await store.count({ userId: user }), 'session')}. End them${spared}?`
}
