import { SessionError } from '../core/errors.ts'
import { platform } from '../next/platform.ts'
import { safeNext } from '../web/safe-next.ts'
import { type Address, type Operation, parseAddress, parseAddressText, printAddress } from './address.ts'
import { type BulkResult, deleteExpired, revokeOthers, revokeSelected, revokeUser } from './bulk-actions.ts'
import type { ActingSession, AdminAction, AdminProgress, AdminSessions, AdminState } from './types.ts'

/** The options of `createAdminAction`. */
export interface AdminActionOptions {
  /**
   * Returns true if the current user may see and revoke sessions. Pass the same function to `<SessionAdmin>`: an action is a public
   * endpoint that any client can post to, so it must check the permission itself. The function may redirect anonymous visitors, as
   * `requireUser` does.
   */
  readonly authorize: () => boolean | Promise<boolean>
}

/** A parsed form of the admin page. */
interface Command {
  readonly operation: Operation | 'acknowledge' | null
  readonly ids: readonly string[]
  readonly targetUser: string
  /** 'yes': confirmed. 'current': confirmed, and the current session is included. */
  readonly confirmed: string
  /** The progress of the previous posts. */
  readonly before: AdminProgress
  /** The path of the admin page. */
  readonly path: string
  /** The address to show after the operation. */
  readonly back: Address
  /** true if JavaScript shows the result of this post; otherwise the result must be in the URL. */
  readonly hasScript: boolean
  /** The flashes to acknowledge. */
  readonly flashes: readonly string[]
}

const unchanged: AdminState = { problem: null, progress: null }

/**
 * Creates the server action of `<SessionAdmin>`. Call it in a file of your app that starts with `'use server'`, and export the
 * result.
 *
 * The action changes nothing if `authorize` does not return true, or if the post lacks the confirmation that the page asks for.
 * `onEvent` receives a `revoked` event for each statement that revokes sessions and an `expired` event for each post that deletes
 * expired ones. Their field `by` is the user id of the admin who posted the form. Revoking the current session is reported as
 * `logout`.
 *
 * @example
 * 'use server'
 * export const adminAction = createAdminAction(sessions, { authorize })
 */
export function createAdminAction(sessions: AdminSessions, { authorize }: AdminActionOptions): AdminAction {
  return async (_state, form) => {
    if ((await authorize()) !== true) return { ...unchanged, problem: 'FORBIDDEN' }
    const command = parseCommand(form)
    const result = await execute(sessions, command).catch((error: unknown) => problemState(error, command.before))
    if (typeof result === 'string') {
      // If this post logged the admin out, authorize may redirect to a page for anonymous visitors instead.
      await authorize()
      return platform().redirect(result)
    }
    return command.hasScript || result === unchanged ? result : platform().redirect(confirmationPath(command, result))
  }
}

/** Executes a command. Returns the path to redirect to, or the state for the form. */
async function execute(sessions: AdminSessions, command: Command): Promise<AdminState | string> {
  const { operation, path, back, flashes } = command
  const session = await sessions.getSession()
  if (operation === 'acknowledge') await session.acknowledgeFlashes(flashes)
  if (operation === 'acknowledge' || operation === null) return unchanged
  if (!isConfirmed(command, session.id)) return confirmationPath(command, unchanged)
  const result = await runOperation(sessions, session, command)
  if ('done' in result) return { problem: null, progress: result }
  if (result.message) await session.flash('notice', result.message)
  return path + printAddress(back)
}

/**
 * Checks the confirmation. Every operation needs one confirmation, and revoking the current session needs a second one.
 */
function isConfirmed({ operation, ids, confirmed }: Command, currentId: string | null): boolean {
  const includesCurrent = operation === 'selected' && currentId !== null && ids.includes(currentId)
  return confirmed === 'current' || (confirmed === 'yes' && !includesCurrent)
}

function runOperation(
  sessions: AdminSessions,
  session: ActingSession,
  { operation, ids, targetUser, before }: Command,
): Promise<BulkResult> {
  if (operation === 'user') return revokeUser(sessions, session, targetUser)
  if (operation === 'others') return revokeOthers(sessions, session, before)
  if (operation === 'expired') return deleteExpired(sessions, session, before)
  return revokeSelected(sessions, session, ids)
}

/** Returns the path of the page that asks to confirm this command and shows its result so far. */
function confirmationPath({ operation, ids, targetUser, path, back }: Command, { problem, progress }: AdminState): string {
  const confirm = operation === 'acknowledge' ? null : operation
  const shownProblem = problem === 'FORBIDDEN' ? null : problem
  return path + printAddress({ ...back, confirm, ids, targetUser, problem: shownProblem, ...progress })
}

/** Parses a form. Accepts any input and drops invalid values. */
function parseCommand(form: unknown): Command {
  const fields = form instanceof FormData ? form : new FormData()
  const texts = (name: string) => fields.getAll(name).filter((value) => typeof value === 'string')
  const names = ['ids', 'targetUser', 'done', 'from']
  const query = Object.fromEntries(names.map((name) => [name, texts(name)]))
  const { confirm, ids, targetUser, done, from } = parseAddress({ ...query, confirm: texts('operation') })
  return {
    operation: texts('operation').at(-1) === 'acknowledge' ? 'acknowledge' : confirm,
    ids,
    targetUser,
    confirmed: texts('confirmed').at(-1) ?? '',
    before: { done, from },
    path: safeNext(texts('path').at(-1), '/').replace(/[?#].*/, ''),
    back: parseAddressText(texts('back').at(-1) ?? ''),
    hasScript: texts('script').at(-1) === 'yes',
    flashes: texts('flashes'),
  }
}

/** Converts an error of the library to a state. Rethrows all other errors. */
function problemState(error: unknown, before: AdminProgress): AdminState {
  if (!(error instanceof SessionError)) throw error
  const { code } = error
  const isKnown = code === 'STORE_FAILED' || code === 'INTERRUPTED' || code === 'CONFIG_INVALID'
  return { problem: isKnown ? code : 'UNKNOWN', progress: before.done > 0 ? before : null }
}
