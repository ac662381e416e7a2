import { SessionError } from '../core/errors.ts'
import { platform } from '../next/platform.ts'
import { safeNext } from '../web/safe-next.ts'
import { type Address, addressOf, type Intent, parseAddress, printAddress } from './address.ts'
import type { ActingSession, AdminAction, AdminProgress, AdminSessions, AdminState } from './admin.ts'
import { clearSlice, endOthersSlice, endSelected, endUser, type Outcome } from './endings.ts'

/** What `createAdminAction` takes. */
export interface AdminActionOptions {
  /**
   * Whether the visitor may see and end sessions; the same that the page is given, since an action is a public endpoint and may be posted
   * by anybody. It may redirect strangers by itself, as `requireUser` does.
   */
  readonly authorize: () => boolean | Promise<boolean>
}

/** A form of the admin, as it came in. */
interface Command {
  readonly intent: Intent | 'acknowledge' | null
  readonly ids: readonly string[]
  readonly of: string
  /** 'own': of the own session, too. */
  readonly confirmed: string
  /** How far the posts before this one came. */
  readonly before: AdminProgress
  /** The path of the admin, and what it shows afterwards. */
  readonly path: string
  readonly back: Address
  /** Whether a script shows what this post left to say; else the URL has to. */
  readonly hasScript: boolean
  readonly flashes: readonly string[]
}

const nothing: AdminState = { problem: null, progress: null }

/**
 * Makes the server action of `<SessionAdmin>`. Call it in a file of yours that begins with `'use server'`, and export what it answers.
 * Who is not let in by `authorize` changes nothing, nor does a post without the confirmation that the page asks for. Each session that it
 * ends but the own, which is logged out, and each post that clears, is told to `onEvent` with `by`, the acting session's user id.
 */
export function createAdminAction(sessions: AdminSessions, { authorize }: AdminActionOptions): AdminAction {
  return async (_state, form) => {
    if ((await authorize()) !== true) return { ...nothing, problem: 'FORBIDDEN' }
    const command = parseCommand(form)
    const answer = await answerTo(sessions, command).catch((error: unknown) => problemState(error, command.before))
    if (typeof answer === 'string') {
      // Who has ended the own session is a stranger by now, and goes at once where authorize sends those.
      await authorize()
      return platform().redirect(answer)
    }
    return command.hasScript || answer === nothing ? answer : platform().redirect(questionAgain(command, answer))
  }
}

/** What the form shows next, or where to go. */
async function answerTo(sessions: AdminSessions, command: Command): Promise<AdminState | string> {
  const { intent, path, back, flashes } = command
  const session = await sessions.getSession()
  if (intent === 'acknowledge') await session.acknowledgeFlashes(flashes)
  if (intent === 'acknowledge' || intent === null) return nothing
  if (!isConfirmed(command, session.id)) return questionAgain(command, nothing)
  const outcome = await carryOut(sessions, session, command)
  if ('done' in outcome) return { problem: null, progress: outcome }
  if (outcome.said) await session.flash('notice', outcome.said)
  return path + printAddress(back)
}

/** The page asks about each change, and once more about the session that one acts in. */
function isConfirmed({ intent, ids, confirmed }: Command, ownId: string | null): boolean {
  const endsOwn = intent === 'end' && ownId !== null && ids.includes(ownId)
  return confirmed === 'own' || (confirmed === 'yes' && !endsOwn)
}

function carryOut(sessions: AdminSessions, session: ActingSession, { intent, ids, of, before }: Command): Promise<Outcome> {
  if (intent === 'user') return endUser(sessions, session, of)
  if (intent === 'others') return endOthersSlice(sessions, session, before)
  if (intent === 'expired') return clearSlice(sessions, session, before)
  return endSelected(sessions, session, ids)
}

/** The page that asks about this command, with what became of it so far. */
function questionAgain({ intent, ids, of, path, back }: Command, { problem, progress }: AdminState): string {
  const confirm = intent === 'acknowledge' ? null : intent
  const said = problem === 'FORBIDDEN' ? null : problem
  return path + printAddress({ ...back, confirm, ids, of, problem: said, ...progress })
}

/** Anything may be posted: what makes no sense is left out. */
function parseCommand(form: unknown): Command {
  const fields = form instanceof FormData ? form : new FormData()
  const texts = (name: string) => fields.getAll(name).filter((value) => typeof value === 'string')
  const names = ['ids', 'of', 'done', 'from']
  const known = parseAddress({ ...Object.fromEntries(names.map((name) => [name, texts(name)])), confirm: texts('intent') })
  const { confirm, ids, of, done, from } = known
  return {
    intent: texts('intent').at(-1) === 'acknowledge' ? 'acknowledge' : confirm,
    ids,
    of,
    confirmed: texts('confirmed').at(-1) ?? '',
    before: { done, from },
    path: safeNext(texts('path').at(-1), '/').replace(/[?#].*/, ''),
    back: addressOf(texts('back').at(-1) ?? ''),
    hasScript: texts('script').at(-1) === 'yes',
    flashes: texts('flashes'),
  }
}

/** What the library refused, or what failed; what is none of its errors passes. */
function problemState(error: unknown, before: AdminProgress): AdminState {
  if (!(error instanceof SessionError)) throw error
  const { code } = error
  const isKnown = code === 'STORE_FAILED' || code === 'INTERRUPTED' || code === 'CONFIG_INVALID'
  return { problem: isKnown ? code : 'UNKNOWN', progress: before.done > 0 ? before : null }
}
