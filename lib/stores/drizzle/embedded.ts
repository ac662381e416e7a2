import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'drizzle-orm'
import { SessionError } from '../../core/errors.ts'
import type { PostgresDatabase } from './database.ts'

/** The options of `openEmbedded`. */
export interface EmbeddedOptions {
  /** Logs each statement, as the option `logger` of Drizzle does. @default no log */
  readonly logger?: Logger
  /** Called once, before the wait, if another process holds the lock. */
  readonly onLocked?: () => void
}

/** An open embedded database. */
export interface EmbeddedDatabase {
  readonly db: PostgresDatabase
  /** Closes the database and releases its lock. */
  close(): Promise<void>
}

/**
 * Opens the PGlite database in `folder`, and creates both if they are missing. Only the user of this process can read them.
 * Requires the packages `@electric-sql/pglite` and `proper-lockfile`.
 *
 * Two processes with one PGlite folder silently lose each other's writes, so the database can be open in one process at a time. A
 * lock in the folder enforces this. The lock of a killed process becomes stale after 10 s. A process that is blocked for 10 s also
 * loses its lock. When a process detects the loss, it prints a message and exits with code 1.
 *
 * @throws {SessionError} STORE_FAILED with the cause ELOCKED if another process has the database open. The call first waits up to
 * 12 s to check that the other process is alive.
 * @example
 * const { db, close } = await openEmbedded('.data')
 * await migrate(db)
 */
export async function openEmbedded(folder: string, { logger, onLocked }: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  // Apps with another driver have not installed these packages, and their bundler must not try to resolve them.
  const [{ PGlite }, { drizzle }] = await Promise.all([
    import(/* webpackIgnore: true */ '@electric-sql/pglite'),
    import(/* webpackIgnore: true */ 'drizzle-orm/pglite'),
  ])
  const release = await lockFolder(path.resolve(folder), onLocked)
  try {
    const client = await PGlite.create(path.join(folder, 'pglite'))
    keepPrivate(folder)
    const closeClient = client.close.bind(client)
    const close = async () => {
      await closeClient()
      keepPrivate(folder)
      await release()
    }
    client.close = close // the command closes the database through Drizzle's `$client`
    return { db: drizzle(client, { logger: logger ?? false }), close }
  } catch (error) {
    await release()
    throw error
  }
}

const staleMillis = 10_000
/** At one update a second, a process can be blocked for 9 s before it loses the lock. */
const updateMillis = 1000
const retryMillis = 200
/**
 * The number of updates of the lock after which its owner is considered alive. One update is not enough, because the owner may be
 * about to exit.
 */
const updatesOfLiveOwner = 3

/**
 * Creates and locks `folder`, and returns a function that releases the lock. Retries until the lock is stale or its
 * owner turns out to be alive.
 */
async function lockFolder(folder: string, onLocked?: () => void): Promise<() => Promise<void>> {
  const { default: lockfile } = await import(/* webpackIgnore: true */ 'proper-lockfile')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  makePrivate(folder) // the folder may have existed with another mode
  const lockfilePath = path.join(folder, 'lock')
  const lastUpdate = () => statSync(lockfilePath, { throwIfNoEntry: false })?.mtimeMs
  let isReleased = false
  const onCompromised = () => {
    if (!isReleased) exitAfterLoss(folder)
  }
  const options = { lockfilePath, stale: staleMillis, update: updateMillis, onCompromised }
  const updates = new Set([lastUpdate()])
  const deadline = performance.now() + staleMillis + 2000
  for (let attempt = 0; performance.now() < deadline; attempt++) {
    const release = await lockfile.lock(folder, options).catch(nullIfLocked)
    if (release) {
      return () => {
        isReleased = true
        return release()
      }
    }
    if (attempt === 0) onLocked?.()
    if (updates.add(lastUpdate()).size > updatesOfLiveOwner) break
    await setTimeout(retryMillis)
  }
  throw alreadyOpen(folder)
}

/**
 * Sets the mode of files to 0600 and of folders to 0700, because the database contains data of visitors. Later, PGlite
 * creates files with wider modes, but no other user can enter the folder that contains them.
 */
function keepPrivate(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) makePrivate(path.join(folder, name))
}

/** Does nothing if the file was deleted in the meantime, or if it belongs to another user, as in a mounted volume. */
function makePrivate(file: string): void {
  try {
    chmodSync(file, statSync(file).isDirectory() ? 0o700 : 0o600)
  } catch {}
}

function alreadyOpen(folder: string): SessionError {
  const remedy = 'Stop that process (for example next dev or next start), or use another folder or a PostgreSQL server.'
  return new SessionError('STORE_FAILED', `Another process has the embedded database in ${folder} open. ${remedy}`, {
    outcome: 'none',
    cause: { code: 'ELOCKED', constraint: null },
  })
}

function nullIfLocked(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') return null
  throw error
}

/** Ends this process, because another process may own the database from now on. */
function exitAfterLoss(folder: string): never {
  console.error(`This process lost the lock of the embedded database in ${folder}, so it exits before it writes again. Restart it.`)
  process.exit(1)
}
