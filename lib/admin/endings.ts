import type { ActingSession, AdminProgress, AdminSessions } from './admin.ts'
import { sessionsText } from './words.ts'

/** What was done, in words (null: there is nothing to say); or how far it has come. */
export type Outcome = { readonly said: string | null } | AdminProgress

/** One post works about this long: below any platform's limit, and a progress bar moves. */
const sliceMs = 1000
/** Sessions ended by one statement. */
const batchSize = 500

/** Ends the sessions of these ids. The own one is logged out, so that its cookie goes, too. */
export async function endSelected(sessions: AdminSessions, session: ActingSession, ids: readonly string[]): Promise<Outcome> {
  const others = ids.filter((id) => id !== session.id)
  const count = others.length > 0 ? await sessions.revoke(others, { by: session.userId }) : 0
  if (others.length === ids.length) return { said: endedText(count) }
  await session.logout()
  return { said: null } // a message would begin a session anew
}

/** Ends all sessions of a user; of the acting one all but the session they act in. */
export async function endUser(sessions: AdminSessions, session: ActingSession, userId: string): Promise<Outcome> {
  const except = session.userId === userId ? session.id : null
  return { said: endedText(userId ? await sessions.revokeUser(userId, { except, by: session.userId }) : 0) }
}

/** Ends everybody's sessions but the acting one, from the newest on, for a while. Those that begin meanwhile stay. */
export async function endOthersSlice(sessions: AdminSessions, session: ActingSession, before: AdminProgress): Promise<Outcome> {
  const deadline = Date.now() + sliceMs
  let { done, from } = before
  do {
    const rows = await sessions.list({ limit: batchSize, ...(from && { after: from }) })
    const others = rows.map(({ id }) => id).filter((id) => id !== session.id)
    done += others.length > 0 ? await sessions.revoke(others, { by: session.userId }) : 0
    from = rows.at(-1)?.id ?? from
    if (rows.length < batchSize) return { said: endedText(done) }
  } while (Date.now() < deadline)
  return { done, from }
}

/** Deletes expired sessions for a while. */
export async function clearSlice(sessions: AdminSessions, session: ActingSession, { done }: AdminProgress): Promise<Outcome> {
  const signal = AbortSignal.timeout(sliceMs)
  const count = done + (await sessions.clearExpired({ signal, by: session.userId }))
  return signal.aborted ? { done: count, from: '' } : { said: `Cleared ${sessionsText(count)} that had expired.` }
}

function endedText(count: number): string {
  return count === 0 ? 'Nothing to end: it had ended already.' : `Ended ${sessionsText(count)}.`
}
