import { existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { SessionError } from '../core/errors.ts'
import { config } from './settings.ts'
import type { Environment } from './terminal.ts'

/** Without a sign of life for this time a lock counts as abandoned. */
const staleMillis = 10_000
/** So often an owner gives one: it may be busy for 9 s. */
const signEveryMillis = 1000
const lookEveryMillis = 200

/**
 * Takes the lock of an embedded database's folder, and answers how to release it. Two processes on one PGlite folder lose each other's
 * writes without a word, so whoever opens one takes this lock: a folder `lock` in it, of the package proper-lockfile, stale after 10 s.
 * A process that was killed leaves its lock behind: so this looks, and says so, until the owner gives a sign of life or none for too long.
 * Rejects with STORE_FAILED if another process has it.
 */
export async function lockFolder(folder: string, say: (text: string) => void): Promise<() => Promise<void>> {
  const { default: lockfile } = await import('proper-lockfile')
  mkdirSync(folder, { recursive: true })
  const lockfilePath = path.join(folder, 'lock')
  let isOurs = true
  const onCompromised = () => {
    if (isOurs) giveUp(folder, say)
  }
  const options = { lockfilePath, stale: staleMillis, update: signEveryMillis, onCompromised }
  const take = async () => {
    const release = await lockfile.lock(folder, options).catch(unlessLocked)
    if (!release) return null
    return () => {
      isOurs = false
      return release()
    }
  }
  const free = await take()
  if (free) return free
  say(`The embedded database in ${folder} is locked. Looking whether the process lives that locked it (up to 11 s) …`)
  const sign = signOfLife(lockfilePath)
  for (const deadline = performance.now() + staleMillis + 2000; performance.now() < deadline; await setTimeout(lookEveryMillis)) {
    const left = await take()
    if (left) return left
    if (![sign, undefined].includes(signOfLife(lockfilePath))) break
  }
  const remedy = 'Stop it (npm run dev, npm run demo or next start) and try again, or use PostgreSQL, which several can open.'
  throw new SessionError('STORE_FAILED', `Another process has the embedded database in ${folder} open. ${remedy}`, {
    outcome: 'none',
    cause: { code: 'ELOCKED', constraint: null },
  })
}

/** This process stood still for too long, or the folder was deleted: whoever has taken the database over must not be written over for longer. */
function giveUp(folder: string, say: (text: string) => void): never {
  say(
    `The lock of the embedded database in ${folder} is lost, so this command ends: two processes must not write to it. Run it again.`,
  )
  process.exit(1)
}

/** When the owner of a lock last touched it. */
function signOfLife(lockfilePath: string): number | undefined {
  return statSync(lockfilePath, { throwIfNoEntry: false })?.mtimeMs
}

function unlessLocked(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') return null
  throw error
}

/**
 * An empty database that nobody asked for would hide that the wrong one, or none, is named.
 * @throws {SessionError} CONFIG_INVALID unless there is an embedded database in `folder`, or it was asked for by name and may be made.
 */
export function requireEmbedded({ DATABASE_DRIVER, DATA_DIR }: Environment, folder: string, create: boolean): void {
  if (existsSync(path.join(folder, 'pglite'))) return
  if (create && (DATABASE_DRIVER || DATA_DIR)) return
  const named =
    DATABASE_DRIVER || DATA_DIR ? '' : 'DATABASE_URL is not set; set it to postgresql://user:password@host:5432/database. '
  const how = create ? 'To make one, set DATABASE_DRIVER to pglite.' : 'Start the app once, or run: coatcheck migrate'
  throw config(`${named}There is no embedded database in ${folder}. ${how}`)
}
