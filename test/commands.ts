import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createSessions, type Json } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { openDatabase } from '../app/db'
import type { Environment } from '../lib/cli/environment'
import { run } from '../lib/cli/program'
import type { Terminal } from '../lib/cli/terminal'
import { FakeBrowser } from './browser'
import { createDatabase } from './postgres'
import { postgresUrl } from './use-postgres'

/** Creates a PostgreSQL database and returns its environment. */
export const postgres = async () => ({ DATABASE_URL: await createDatabase(postgresUrl) })

/** Returns the environment of an embedded database that does not exist yet. */
export const embedded = async () => ({
  DATABASE_DRIVER: 'pglite',
  DATA_DIR: mkdtempSync(path.join(tmpdir(), 'coatcheck-commands-')),
})

/** What a command printed, and its exit code. */
export interface CommandOutput {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command in this process. By default its input and output are not a terminal; `overrides` can change that. */
export async function coatcheck(
  args: readonly string[],
  env: Environment = {},
  overrides: Partial<Terminal> = {},
): Promise<CommandOutput> {
  const [stdout, stderr]: [string[], string[]] = [[], []]
  const terminal: Terminal = {
    env,
    envFiles: [],
    print: (text) => void stdout.push(text),
    printMessage: (text) => void stderr.push(text),
    confirm: null,
    progressStream: null,
    interruptSignal: () => new AbortController().signal,
    ...overrides,
  }
  const code = await run(args, terminal)
  return { code, stdout: stdout.join('\n'), stderr: stderr.join('\n') }
}

/** Runs a command with `--json`, and returns its exit code and the document: all of its stdout. */
export async function coatcheckJson(...[args, env, overrides]: Parameters<typeof coatcheck>) {
  const { code, stdout } = await coatcheck([...args, '--json'], env, overrides)
  return { code, json: JSON.parse(stdout) }
}

type Values = Readonly<Record<string, Json>>
type CreateSession = (data: Values, userId?: string) => Promise<string>

/** Opens the database of `env` as an app does. `use` gets a function that creates a session in a new browser and returns its id. */
export async function inApp<T>(env: Environment, use: (createSession: CreateSession) => Promise<T>): Promise<T> {
  const { db, close } = await openDatabase(env)
  try {
    await migrate(db)
    const secret = 'a secret for tests, 32 characters'
    const sessions = createSessions({ secret, store: drizzleStore(db), autoClear: false, maxAge: 3600 })
    return await use(async (data, userId) => {
      const { value } = await new FakeBrowser().request(async () => {
        const session = await sessions.getSession()
        if (userId) await session.login(userId)
        await session.set(data)
        return session.id
      })
      return String(value)
    })
  } finally {
    await close()
  }
}
