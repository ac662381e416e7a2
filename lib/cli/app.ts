import type { SessionEvent } from '../core/events.ts'
import type { ServerOptions } from '../core/options.ts'
import type { PostgresDatabase } from '../stores/drizzle/database.ts'
import { openDatabase } from './database.ts'
import { closeDatabase, describeDatabase, driverOf, lacksQueryTimeout, liftTimeouts, namingOf } from './database-client.ts'
import { type LoadedConfig, loadConfig } from './load-config.ts'
import { explainFailure, type FailedDatabase } from './remedies.ts'
import { type StoreParts, storeParts } from './store-parts.ts'
import type { Terminal } from './terminal.ts'

/** An app whose sessions a command works on. */
export interface App {
  readonly config: LoadedConfig | null
  readonly store: ServerOptions['store']
  readonly parts: StoreParts
  /**
   * Opens the database of the store, without the time limits that the app sets for its requests. Null for a store without a
   * database.
   */
  readonly database: (() => Promise<AppDatabase>) | null
  /** Returns the database for the message of a failure. */
  failedDatabase(): FailedDatabase
  /** Reports an event to the app's `onEvent`. */
  emit(event: SessionEvent): void
  /** Waits for `onEvent`, and closes the database. */
  close(): Promise<void>
}

/** The open database of an app. */
export interface AppDatabase {
  readonly db: PostgresDatabase
  readonly driver: string
  /** The database as shown in messages, without user and password. */
  readonly description: string
  /** True if the app's own pool has no `query_timeout`. */
  readonly lacksQueryTimeout: boolean
}

/**
 * Opens the app of the folder: through its `coatcheck.config.ts`, or without one, the database of the environment.
 * @param loaded The config, if the caller has loaded it.
 * @throws {SessionError} CONFIG_INVALID if the config cannot be loaded, or if there is none and the environment names no database.
 */
export async function openApp(terminal: Terminal, loaded?: LoadedConfig | null): Promise<App> {
  const config = loaded === undefined ? await loadConfig(terminal.folder) : loaded
  const source = config ? { store: config.options.store, description: null } : await environmentStore(terminal)
  const parts = storeParts(source.store)
  const { drizzle = null } = parts
  const events: Promise<void>[] = []
  let opened: PostgresDatabase | undefined
  const describe = (db: PostgresDatabase) => source.description ?? `${describeDatabase(db) ?? 'the database'} (${config?.fileName})`
  const failedDatabase = () => ({ env: terminal.env, ...(opened && { description: describe(opened), ...namingOf(opened) }) })
  return {
    config,
    store: source.store,
    parts,
    database:
      drizzle &&
      (async () => {
        opened = await drizzle.open().catch((error: unknown) => {
          throw explainFailure(error, failedDatabase())
        })
        const lacksTimeout = config !== null && lacksQueryTimeout(opened)
        liftTimeouts(opened)
        return { db: opened, driver: driverOf(opened), description: describe(opened), lacksQueryTimeout: lacksTimeout }
      }),
    failedDatabase,
    emit: (event) => void events.push(callOnEvent(config?.options.onEvent, event, terminal)),
    close: async () => {
      await Promise.all(events)
      if (opened) await closeDatabase(opened)
    },
  }
}

async function environmentStore({ env }: Terminal) {
  const { db, description } = await openDatabase(env)
  const { drizzleStore } = await import('../stores/drizzle/store.ts')
  return { store: drizzleStore(db, { prepare: false }), description } // works behind every pooler
}

async function callOnEvent(onEvent: ServerOptions['onEvent'], event: SessionEvent, { printMessage }: Terminal): Promise<void> {
  try {
    await onEvent?.(event)
  } catch (error) {
    printMessage(`onEvent threw on '${event.type}': ${error instanceof Error ? error.name : typeof error}`)
  }
}
