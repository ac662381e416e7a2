import { tmpdir } from 'node:os'
import { createSessions, type Json } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { openDatabase } from '../app/db'
import type { Environment } from '../lib/cli/environment'
import type { Terminal } from '../lib/cli/terminal'
import { embeddedApp } from './app-folder'
import { FakeBrowser } from './browser'
import { copyPglite } from './pglite'
import { createDatabase } from './postgres'
import { type CommandOutput, runCommand } from './run-command'
import { sharedServer } from './shared-server'
import { postgresUrl } from './use-postgres'

/** Creates a PostgreSQL database and returns its environment. */
export const postgres = async () => ({ DATABASE_URL: await createDatabase(postgresUrl) })

/** Returns the environment of a new embedded database without tables. The demo reads it, the commands do not. */
export const embedded = async () => ({
  DATABASE_DRIVER: 'pglite',
  DATA_DIR: copyPglite(await sharedServer('pglite')),
})

/** Returns the folder of an app whose database is that of `env`. */
export function folderOf({ DATA_DIR }: Environment): string {
  return DATA_DIR ? embeddedApp(DATA_DIR) : tmpdir()
}

/**
 * Runs a command in this process, in the folder of an app with the database of `env`. By default its input and output are not a
 * terminal; `overrides` can change that.
 */
export async function coatcheck(
  args: readonly string[],
  env: Environment = {},
  overrides: Partial<Terminal> = {},
): Promise<CommandOutput> {
  return runCommand(args, { env, folder: overrides.folder ?? folderOf(env), ...overrides })
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
