import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { isUuid } from '../core/data/bytes.ts'
import { sessionSorts, sessionStatuses } from '../core/store/store.ts'
import type { CheckOptions } from './check.ts'
import type { ClearOptions } from './clearsessions.ts'
import { printableError } from './errors.ts'
import { safeJson } from './format.ts'
import { driverPackages } from './init/drivers.ts'
import type { InitOptions } from './init.ts'
import type { ListCommandOptions, ListPosition } from './list.ts'
import type { RevokeCommandOptions } from './revoke.ts'
import type { ShowOptions } from './show.ts'
import type { CommandResult, Terminal } from './terminal.ts'

const exitCodes = { success: 0, failure: 1, wrongUsage: 2 } as const

/** Runs the command in `args`, prints its result, and returns the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const isJson = args.includes('--json')
  const printJson = (json: object) => {
    if (isJson) terminal.print(safeJson(json))
  }
  let exitCode: number = exitCodes.success
  const onResult = (result: CommandResult) => {
    printJson(result.json)
    if (!isJson && result.text) terminal.print(result.text)
    exitCode = result.exitCode ?? exitCodes.success
  }
  try {
    await createProgram(terminal, onResult).parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.success // --help or --version
      printJson({ error: { code: 'USAGE', message: error.message } })
      return exitCodes.wrongUsage
    }
    const { code, message } = printableError(error, args[0] ?? '')
    terminal.printMessage(message)
    printJson({ error: { code, message } })
    return exitCodes.failure
  }
}

type OnResult = (result: CommandResult) => void
type AddCommand = (usage: string, summary: string) => Command

/**
 * Creates the parser. A command's module is imported when the command runs, so `secret` works without a database
 * driver.
 */
function createProgram(terminal: Terminal, onResult: OnResult): Command {
  const program = new Command('coatcheck')
    .description('Manages the sessions of the app in this folder, as its coatcheck.config.ts defines them.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.printMessage(text.trimEnd()),
    })
    .showHelpAfterError('(for usage, run: coatcheck --help)')
  const add: AddCommand = (usage, summary) =>
    program.command(usage).description(summary).option('--json', 'print the result as one JSON document')
  addInit(add, terminal, onResult)
  add('migrate', 'create or update the sessions table').action(async () => {
    onResult(await (await import('./migrate.ts')).migrate(terminal))
  })
  addClearsessions(add, terminal, onResult)
  addList(add, terminal, onResult)
  addShow(add, terminal, onResult)
  addRevoke(add, terminal, onResult)
  add('secret', 'print a new value for SESSION_SECRET').action(async () => {
    onResult(await (await import('./secret.ts')).secret())
  })
  add('check', 'report problems and how to fix them')
    .option('--url <url>', 'also test the path of device-bound sessions at this address of the app', webAddress)
    .action(async (options: CheckOptions) => {
      onResult(await (await import('./check.ts')).check(terminal, options))
    })
  return program
}

function addInit(add: AddCommand, terminal: Terminal, onResult: OnResult): void {
  add('init', 'write the files that an app needs')
    .addOption(new Option('--driver <driver>', 'how to connect to the database').choices(Object.keys(driverPackages)))
    .option('--login', 'also write a login page, an account page, and their actions')
    .option('--dry-run', 'only show what would be written')
    .option('-y, --yes', 'do not ask for confirmation')
    .action(async (options: InitOptions) => {
      onResult(await (await import('./init.ts')).init(terminal, options))
    })
}

function addClearsessions(add: AddCommand, terminal: Terminal, onResult: OnResult): void {
  add('clearsessions', 'delete expired sessions')
    .option('--batch-size <rows>', 'rows to delete per statement', wholeNumber(1, 100_000), 1000)
    .option('--dry-run', 'only count the expired sessions')
    .action(async (options: ClearOptions) => {
      onResult(await (await import('./clearsessions.ts')).clearsessions(terminal, options))
    })
}

function addList(add: AddCommand, terminal: Terminal, onResult: OnResult): void {
  add('list', 'list sessions, newest first')
    .option('--user <id>', 'only sessions of this user')
    .option('--search <text>', 'only sessions whose id, user id or IP address starts with this text')
    .addOption(new Option('--status <status>', 'only sessions with this status').choices(sessionStatuses))
    .addOption(new Option('--sort <order>', 'sort by creation or by last activity').choices(sessionSorts).default('created'))
    .option('--limit <rows>', 'rows per page', wholeNumber(1, 1000), 50)
    .option('--after <row>', 'the next page: the value that the previous page printed', listPosition)
    .action(async (options: ListCommandOptions, command: Command) => {
      if (options.after && (options.sort === 'lastSeen') !== (options.after.lastSeenAt !== null)) {
        command.error('error: the value of --after belongs to a list with another --sort')
      }
      onResult(await (await import('./list.ts')).list(terminal, options))
    })
}

function addShow(add: AddCommand, terminal: Terminal, onResult: OnResult): void {
  add('show <id>', 'show one session and its data')
    .option('--reveal', 'also show values that look like secrets')
    .action(async (id: string, options: ShowOptions, command: Command) => {
      requireIds(command, [id])
      onResult(await (await import('./show.ts')).show(terminal, id, options))
    })
}

function addRevoke(add: AddCommand, terminal: Terminal, onResult: OnResult): void {
  add('revoke [ids...]', 'revoke sessions')
    .option('--user <id>', 'revoke all sessions of this user')
    .option('--except <id>', 'with --user: keep this session')
    .option('-y, --yes', 'do not ask for confirmation')
    .action(async (ids: string[], options: Omit<RevokeCommandOptions, 'ids'>, command: Command) => {
      if (ids.length > 0 === (options.user !== undefined)) command.error('error: pass either session ids or --user')
      if (options.except && options.user === undefined) command.error('error: --except requires --user')
      requireIds(command, [...ids, ...(options.except ? [options.except] : [])])
      onResult(await (await import('./revoke.ts')).revoke(terminal, { ...options, ids }))
    })
}

/** Reports wrong ids without repeating them: one may be a token that was pasted by mistake. */
function requireIds(command: Command, ids: readonly string[]): void {
  if (!ids.every(isUuid)) command.error('error: a session id is a UUID; coatcheck list prints the ids')
}

function wholeNumber(least: number, most: number) {
  return (text: string) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`)
  }
}

function webAddress(text: string): URL {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return new URL(text)
  throw new InvalidArgumentError('Use an address such as https://shop.example.')
}

function listPosition(text: string): ListPosition {
  const [id = '', time] = text.split(',')
  const lastSeenAt = time === undefined ? null : new Date(time)
  if (isUuid(id) && !Number.isNaN(lastSeenAt?.getTime())) return { id, lastSeenAt }
  throw new InvalidArgumentError('Use the value that the previous page printed.')
}

function packageVersion(): string {
  const { version = 'unknown' } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return version
}
