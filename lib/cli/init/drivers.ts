/** The drivers for which `coatcheck init` can write a store, and their packages, the driver's own first. */
export const driverPackages = {
  pg: ['pg'],
  postgres: ['postgres'],
  neon: ['@neondatabase/serverless', 'ws'],
  vercel: ['@vercel/postgres'],
  pglite: ['@electric-sql/pglite', 'proper-lockfile'],
} as const satisfies Record<string, readonly string[]>

/** The values of `coatcheck init --driver`. */
export type DriverName = keyof typeof driverPackages

/** The packages that contain the types of each driver, for drivers that contain none. */
export const driverTypes: Readonly<Record<DriverName, readonly string[]>> = {
  pg: ['@types/pg'],
  postgres: [],
  neon: ['@types/ws'],
  vercel: [],
  pglite: [],
}

/** The code in `app/sessions.ts` that depends on the driver. */
interface DriverCode {
  /** The names that are imported from `coatcheck/drizzle`. */
  readonly names: string
  /** Further import statements. */
  readonly imports: string
  /** The statements that open the database. */
  readonly setup: string
  /** The argument of `drizzleStore`. */
  readonly database: string
  /** Further options of `createSessions`. */
  readonly options?: string
}

const listeners = `// Without these listeners, a lost connection would end the process. The pool opens a new connection by itself.
pool.on('error', () => {})
pool.on('connect', (client: PoolClient) => client.on('error', () => {}))`

const postgres: DriverCode = {
  names: 'drizzleStore',
  imports: "import { drizzle } from 'drizzle-orm/postgres-js'\nimport postgres from 'postgres'\n",
  setup: "const sql = postgres(process.env.DATABASE_URL ?? '', { connect_timeout: 5, connection: { statement_timeout: 4500 } })",
  database: 'drizzle(sql)',
}

const neon: DriverCode = {
  names: 'drizzleStore',
  imports: `import { neonConfig, Pool, type PoolClient } from '@neondatabase/serverless'
import { drizzle } from 'drizzle-orm/neon-serverless'
import ws from 'ws'
`,
  setup: `neonConfig.webSocketConstructor = ws // Node.js 20 has no WebSocket of its own
const pool = new Pool({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 4500, query_timeout: 5000 })
${listeners}`,
  database: 'drizzle(pool)',
}

const vercel: DriverCode = {
  names: 'drizzleStore',
  imports: "import { createPool } from '@vercel/postgres'\nimport { drizzle } from 'drizzle-orm/vercel-postgres'\n",
  setup: `function openDatabase() {
  const pool = createPool({ connectionString: process.env.POSTGRES_URL, query_timeout: 5000 })
  ${listeners.replaceAll('\n', '\n  ').replace(': PoolClient', '')}
  return drizzle(pool)
}`,
  database: 'openDatabase',
}

const pglite: DriverCode = {
  names: 'drizzleStore, migrate, openEmbedded, type PostgresDatabase',
  imports: '',
  setup: `// Next loads this module several times in one process, but an embedded database can be open only once. The first request
// creates it, which may take longer than the default timeout of 5 seconds.
const shared = globalThis as { sessionsDatabase?: Promise<PostgresDatabase> | undefined }

function openDatabase() {
  shared.sessionsDatabase ??= createDatabase().catch((error) => {
    shared.sessionsDatabase = undefined // tries again at the next request
    throw error
  })
  return shared.sessionsDatabase
}

async function createDatabase() {
  const { db } = await openEmbedded('.data')
  await migrate(db)
  return db
}`,
  database: 'openDatabase',
  options: ", timeout: '30s'", // the first request creates the database
}

/** The code for each driver except pg, which the README shows. */
const driverCode = { postgres, neon, vercel, pglite } as const satisfies Record<Exclude<DriverName, 'pg'>, DriverCode>

/** Returns the text of `app/sessions.ts` for a driver other than pg. */
export function sessionsWith(driver: Exclude<DriverName, 'pg'>): string {
  const { names, imports, setup, database, options = '' }: DriverCode = driverCode[driver]
  return `import { createSessions } from 'coatcheck'
import { ${names} } from 'coatcheck/drizzle'
${imports}import { sessionOptions } from './session-options'

interface AppSession {
  name: string
}

${setup}

export const sessions = createSessions<AppSession>({ ...sessionOptions, store: drizzleStore(${database})${options} })
export const { getSession, requireUser } = sessions
`
}
