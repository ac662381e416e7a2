import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { sessionSorts, sessionStatuses } from '../core/store/store.ts'
import { isUuid } from '../core/cookie/token.ts'
import type { ClearFlags } from './clearsessions.ts'
import { failureOf } from './failure.ts'
import type { After, ListFlags } from './list.ts'
import type { RevokeFlags } from './revoke.ts'
import type { ShowFlags } from './show.ts'
import type { Outcome, Terminal } from './terminal.ts'
import { jsonText } from './format.ts'

/** Exit codes: what was asked is done; it failed or something is wrong; nobody understands what was asked. */
const [done, failed, misused] = [0, 1, 2]

/** Runs the command that `args` name, and answers the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const json = args.includes('--json')
  const refuse = (code: string, message: string) => {
    terminal.say(message)
    if (json) terminal.print(jsonText({ error: { code, message } }))
  }
  let exitCode = done
  const finish = (outcome: Outcome) => {
    if (json) terminal.print(jsonText(outcome.json))
    else if (outcome.text) terminal.print(outcome.text)
    exitCode = outcome.exitCode ?? done
  }
  try {
    await describe(terminal, finish).parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return done // it was asked for help
      if (json) terminal.print(jsonText({ error: { code: 'USAGE', message: error.message } }))
      return misused
    }
    const { code, message } = failureOf(error)
    refuse(code, message)
    return failed
  }
}

/** The commands and their options. What runs is loaded only when it is asked for: a secret needs no database driver. */
function describe(terminal: Terminal, finish: Finish): Command {
  const program = new Command('coatcheck')
    .description('Looks after the sessions of the app whose environment and .env files this folder has.')
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.print(text.trimEnd()), writeErr: (text) => terminal.say(text.trimEnd()) })
    .showHelpAfterError('(coatcheck --help tells what there is)')
  const add: Add = (usage, summary) => program.command(usage).description(summary).option('--json', 'print one JSON document')
  add('migrate', 'create or update the sessions table').action(async () => {
    finish(await (await import('./migrate.ts')).migrate(terminal))
  })
  describeClearsessions(add, terminal, finish)
  describeList(add, terminal, finish)
  describeShow(add, terminal, finish)
  describeRevoke(add, terminal, finish)
  add('secret', 'print a new value for SESSION_SECRET').action(async () => {
    finish(await (await import('./secret.ts')).secret())
  })
  add('check', 'say what is wrong with the environment, and how to mend it').action(async () => {
    finish(await (await import('./check.ts')).check(terminal))
  })
  return program
}

type Finish = (outcome: Outcome) => void
type Add = (usage: string, summary: string) => Command

function describeClearsessions(add: Add, terminal: Terminal, finish: Finish): void {
  add('clearsessions', 'delete expired sessions')
    .option('--batch-size <rows>', 'rows deleted by one statement', wholeNumber(1, 100_000), 1000)
    .option('--dry-run', 'only count them')
    .action(async (flags: ClearFlags) => finish(await (await import('./clearsessions.ts')).clearsessions(terminal, flags)))
}

function describeList(add: Add, terminal: Terminal, finish: Finish): void {
  add('list', 'list sessions, newest first')
    .option('--user <id>', 'those of this user')
    .option('--search <text>', 'what a session id, user id or IP address begins with')
    .addOption(new Option('--status <status>', 'those in this state').choices(sessionStatuses))
    .addOption(new Option('--sort <by>', 'newest by creation or by last use').choices(sessionSorts).default('created'))
    .option('--limit <rows>', 'rows on a page', wholeNumber(1, 1000), 50)
    .option('--after <row>', 'where the page before ended', rowOf)
    .action(async (flags: ListFlags, command: Command) => {
      if (flags.after && (flags.sort === 'lastSeen') !== (flags.after.lastSeenAt !== null)) {
        command.error('error: --after is of a list that was sorted in another way')
      }
      finish(await (await import('./list.ts')).list(terminal, flags))
    })
}

function describeShow(add: Add, terminal: Terminal, finish: Finish): void {
  add('show <id>', 'show one session and its data')
    .option('--reveal', 'what looks like a secret, too')
    .action(async (id: string, flags: ShowFlags, command: Command) => {
      requireIds(command, [id])
      finish(await (await import('./show.ts')).show(terminal, id, flags))
    })
}

function describeRevoke(add: Add, terminal: Terminal, finish: Finish): void {
  add('revoke [ids...]', 'end sessions')
    .option('--user <id>', 'all of this user')
    .option('--except <id>', 'with --user: but for this one')
    .option('-y, --yes', 'do not ask')
    .action(async (ids: string[], flags: Omit<RevokeFlags, 'ids'>, command: Command) => {
      if (ids.length > 0 === (flags.user !== undefined)) command.error('error: pass the ids of sessions, or --user')
      if (flags.except && flags.user === undefined) command.error('error: --except goes with --user')
      requireIds(command, [...ids, ...(flags.except ? [flags.except] : [])])
      finish(await (await import('./revoke.ts')).revoke(terminal, { ...flags, ids }))
    })
}

/** What is no id is not repeated: it may be a token that was pasted by mistake. */
function requireIds(command: Command, ids: readonly string[]): void {
  if (!ids.every(isUuid)) command.error('error: a session id is a UUID, such as coatcheck list shows')
}

function wholeNumber(least: number, most: number) {
  return (text: string) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`)
  }
}

function rowOf(text: string): After {
  const [id = '', seen] = text.split(',')
  const lastSeenAt = seen === undefined ? null : new Date(seen)
  if (isUuid(id) && !Number.isNaN(lastSeenAt?.getTime())) return { id, lastSeenAt }
  throw new InvalidArgumentError('Use what the page before says.')
}

function version(): string {
  const { version = 'unknown' } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return version
}
