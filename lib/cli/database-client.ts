import { entityKind } from 'drizzle-orm'
import { type PostgresDatabase, primaryOf } from '../stores/drizzle/database.ts'
import { hostAndPath } from './environment.ts'

/** The driver's client of a Drizzle database: a pool, a client, or a PGlite. Each driver has only some of these members. */
interface DriverClient {
  /** The options of a pool of pg, or of postgres.js. */
  readonly options?: Record<string, unknown>
  /** The folder of a PGlite. */
  readonly dataDir?: string
  end?(): Promise<unknown>
  close?(): Promise<unknown>
}

const drivers: Readonly<Record<string, string>> = {
  NodePgDatabase: 'pg',
  PostgresJsDatabase: 'postgres',
  NeonDatabase: '@neondatabase/serverless',
  NeonHttpDatabase: '@neondatabase/serverless (HTTP)',
  VercelPgDatabase: '@vercel/postgres',
  PgliteDatabase: '@electric-sql/pglite',
}

/** Returns the name of the driver's package, or Drizzle's own name of its class. */
export function driverOf(database: PostgresDatabase): string {
  const { constructor: drizzleClass } = primaryOf(database)
  const kind = entityKind in drizzleClass ? String(drizzleClass[entityKind]) : drizzleClass.name
  return drivers[kind] ?? kind
}

/** Describes the database for messages, without user and password; null if the driver does not name the database. */
export function describeDatabase(database: PostgresDatabase): string | null {
  const { options = {}, dataDir } = clientOf(database)
  if (typeof dataDir === 'string') return `the embedded database in ${dataDir}`
  if (typeof options.connectionString === 'string' && options.connectionString) return hostAndPath(options.connectionString)
  const [host, port] = [options.host, options.port].map((value) => (Array.isArray(value) ? value[0] : value))
  return typeof host === 'string' ? `${host}${port ? `:${port}` : ''}/${options.database ?? ''}` : null
}

/** Returns how the app has named the database: the URL, if the driver keeps it, and whether it has named one at all. */
export function namingOf(database: PostgresDatabase): { readonly url: string | undefined; readonly isNamed: boolean } {
  const { options = {}, dataDir } = clientOf(database)
  const { connectionString, host } = options
  const url = typeof connectionString === 'string' && connectionString ? connectionString : undefined
  // postgres.js keeps a list of hosts, which is localhost if the app passes none.
  const hasHost = Array.isArray(host) ? host[0] !== 'localhost' : Boolean(host)
  return { url, isNamed: url !== undefined || hasHost || dataDir !== undefined }
}

/** Returns true if the pool of pg, Neon or Vercel has no `query_timeout`. Other drivers have no such option. */
export function lacksQueryTimeout(database: PostgresDatabase): boolean {
  const { options } = clientOf(database)
  return ['pg', '@neondatabase/serverless', '@vercel/postgres'].includes(driverOf(database)) && !options?.query_timeout
}

/**
 * Removes the app's time limits from the connections that its pool opens from now on: commands may count or index a large table.
 * The pools of pg, Neon and Vercel read these options when they connect.
 */
export function liftTimeouts(database: PostgresDatabase): void {
  const { options } = clientOf(database)
  for (const name of ['query_timeout', 'statement_timeout']) {
    if (options && name in options) options[name] = 0
  }
}

/** Closes the database, so that the process can exit. */
export async function closeDatabase(database: PostgresDatabase): Promise<void> {
  const client = clientOf(database)
  await (client.end ? client.end() : client.close?.())
}

function clientOf(database: PostgresDatabase): DriverClient {
  const primary = primaryOf(database)
  const client = '$client' in primary ? primary.$client : null
  // The client of postgres.js is a function.
  return (typeof client === 'object' || typeof client === 'function') && client !== null ? (client as DriverClient) : {}
}
