import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { onTestFinished } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')

/**
 * Creates the folder of an app from `files` (text by path), below `node_modules`, so that its packages are found. The
 * `paths` of its tsconfig.json name the library's source, and `@/` the folder itself. Deletes it after the test.
 */
export function appFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(root, 'node_modules', '.coatcheck-app-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const paths = { coatcheck: [`${root}/lib/index.ts`], 'coatcheck/*': [`${root}/lib/*.ts`], '@/*': ['./*'] }
  const defaults = {
    'package.json': '{ "private": true }',
    'tsconfig.json': JSON.stringify({ compilerOptions: { paths } }),
  }
  for (const [name, text] of Object.entries({ ...defaults, ...files })) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  return folder
}

const config = `import { defineConfig } from 'coatcheck/config'
export default defineConfig({ sessions: () => import('./app/sessions').then((m) => m.sessions) })
`

/**
 * Creates the folder of an app with a `coatcheck.config.ts`.
 * @param options The code of further options of `createSessions`, such as "store: memoryStore()".
 * @param setup Code in front of it: imports, a pool.
 */
export function configuredApp(options: string, setup = '', files: Readonly<Record<string, string>> = {}): string {
  const sessions = `import 'server-only'
import { createSessions } from 'coatcheck'
${setup}
export const sessions = createSessions({ secret: 'a secret for tests, 32 characters', ${options} })
`
  return appFolder({ 'coatcheck.config.ts': config, 'app/sessions.ts': sessions, ...files })
}

/** The code in which the app of `postgresApp` differs from the README. */
interface PostgresAppCode {
  /** Further options of `createSessions`. */
  readonly options?: string
  readonly imports?: string
  /** The time limits of the pool. */
  readonly limits?: string
  readonly files?: Readonly<Record<string, string>>
}

/** Creates the folder of an app that stores its sessions in the PostgreSQL database at `url`. */
export function postgresApp(
  url: string,
  { options = '', imports = '', limits = 'statement_timeout: 4500, query_timeout: 5000', files = {} }: PostgresAppCode = {},
): string {
  return configuredApp(
    `store: drizzleStore(drizzle(pool)), ${options}`,
    `import { drizzleStore } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
${imports}
const pool = new Pool({ connectionString: '${url}', ${limits} })`,
    files,
  )
}

/** Creates the folder of an app with an embedded database in `dataFolder`. */
export function embeddedApp(dataFolder: string): string {
  return configuredApp(
    'store: drizzleStore(async () => (await openEmbedded(dataFolder)).db)',
    `import { drizzleStore, openEmbedded } from 'coatcheck/drizzle'
const dataFolder = '${dataFolder}'`,
  )
}

/** Creates the folder of an app that stores its sessions in the PostgreSQL database at `url`, with copies in Redis. */
export function cachedApp(url: string, redisUrl: string): string {
  return configuredApp(
    'store: cachedStore(drizzleStore(drizzle(new Pool({ connectionString, query_timeout: 5000 }))), redisStore(client), { redisTimeout: 2 })',
    `import { drizzleStore } from 'coatcheck/drizzle'
import { cachedStore, redisStore } from 'coatcheck/redis'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { createClient } from 'redis'
const connectionString = '${url}'
const client = createClient({ url: '${redisUrl}', disableOfflineQueue: true })`,
  )
}
