import { createAdministration, type SessionAdministration } from '../core/administration/administration.ts'
import { SessionError } from '../core/errors.ts'
import { withDeadline } from '../core/store/deadline.ts'
import type { SessionStore } from '../core/store/store.ts'
import { type App, openApp } from './app.ts'
import { configInvalid } from './errors.ts'
import { explainFailure } from './remedies.ts'
import type { Terminal } from './terminal.ts'

/** The open sessions of the app. */
export interface OpenSessions {
  readonly store: SessionStore
  readonly sessions: SessionAdministration
}

/** Longer than the timeout of a request, because counting the rows of a large table takes time. */
export const timeoutMs = 120_000

/**
 * Opens the sessions of the app, calls `use` with them, and closes them again.
 * @throws {SessionError} CONFIG_INVALID for the stores `cookieStore` and `memoryStore`, whose sessions no command can reach.
 */
export async function withSessions<T>(terminal: Terminal, use: (open: OpenSessions) => Promise<T>): Promise<T> {
  const app = await openApp(terminal)
  try {
    const store = withDeadline(reachable(app), timeoutMs)
    await app.database?.()
    const context = { store, emit: app.emit }
    const currentId = async () => null // there is no request, so no session is the current one
    return await use({ store, sessions: createAdministration(() => context, currentId) })
  } catch (error) {
    throw explained(app, error)
  } finally {
    await app.close()
  }
}

/** Returns a failure of the database with its remedy, and any other error as it is. */
function explained({ parts, failedDatabase }: App, error: unknown): unknown {
  // A Redis that only caches the database never makes a command fail.
  return parts.drizzle && error instanceof SessionError ? explainFailure(error, failedDatabase()) : error
}

function reachable({ store, config }: App): SessionStore {
  const place = 'find' in store ? (store.name === 'memory' ? 'the memory of the running server' : null) : "the visitors' browsers"
  if (place === null && 'find' in store) return store
  throw configInvalid(`The sessions of ${config?.fileName} are stored in ${place}, where no command can reach them.`)
}
