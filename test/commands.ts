import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createSessions, type Json, type Sessions } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { inject } from 'vitest'
import { type OpenDatabase, openDatabase } from '../app/db'
import { run } from '../lib/commands/program'
import type { Environment, Terminal } from '../lib/commands/terminal'
import { FakeBrowser } from './browser'
import { createDatabase } from './postgres'

/** The environment of a fresh database on PostgreSQL. */
export const postgres = async () => ({ DATABASE_URL: await createDatabase(inject('postgresUrl')) })

/** The environment of an embedded database that is yet to be made. */
export const embedded = async () => ({
  DATABASE_DRIVER: 'pglite',
  DATA_DIR: mkdtempSync(path.join(tmpdir(), 'coatcheck-commands-')),
})

/** What a command printed, and its exit code. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command in this process; nobody sits at its terminal unless `more` says so. */
export async function coatcheck(args: readonly string[], env: Environment = {}, more: Partial<Terminal> = {}): Promise<Ran> {
  const [stdout, stderr]: [string[], string[]] = [[], []]
  const terminal: Terminal = {
    env,
    envFiles: [],
    print: (text) => void stdout.push(text),
    say: (text) => void stderr.push(text),
    confirm: null,
    screen: null,
    interrupted: () => new AbortController().signal,
    ...more,
  }
  const code = await run(args, terminal)
  return { code, stdout: stdout.join('\n'), stderr: stderr.join('\n') }
}

/** The document that a command with `--json` printed: all of its stdout. */
export async function document(...args: Parameters<typeof coatcheck>) {
  const { code, stdout } = await coatcheck([...args[0], '--json'], args[1], args[2])
  return { code, json: JSON.parse(stdout) }
}

/** The sessions of an app on the database of `env`; ends what it opened when `use` is over. */
export async function inApp<T>(env: Environment, use: (app: App) => Promise<T>, maxAge = 3600): Promise<T> {
  const open = await openDatabase(env)
  try {
    await migrate(open.db)
    const secret = 'a secret for tests, 32 characters'
    const sessions = createSessions({ secret, store: drizzleStore(open.db), autoClear: false, maxAge })
    const begin = async (data: Values, userId?: string) => {
      const { value } = await new FakeBrowser().request(async () => {
        const session = await sessions.getSession()
        if (userId) await session.login(userId)
        await session.set(data)
        return session.id
      })
      return String(value)
    }
    return await use({ open, sessions, begin })
  } finally {
    await open.close()
  }
}

type Values = Readonly<Record<string, Json>>

/** What `inApp` gives. */
export interface App {
  readonly open: OpenDatabase
  readonly sessions: Sessions<Record<string, Json>>
  /** Begins a session in a browser of its own, and answers its id. */
  begin(data: Values, userId?: string): Promise<string>
}
