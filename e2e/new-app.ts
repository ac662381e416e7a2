import { spawnSync } from 'node:child_process'
import path from 'node:path'
import type { Page } from 'playwright/test'
import { createDatabase, query } from '../test/postgres'
import { vercelUrl } from '../test/relay'
import { expectSilence, test as onDemo, sharedServer } from './fixtures'
import { type AppServer, appFolder, startServer } from './server'

/** The kind of new app that scripts/new-app.mjs has built in APP_FOLDER, and describes in NEW_APP. */
export interface NewApp {
  /** Next's option. @default none */
  readonly basePath?: string
  /** The server of `output: 'standalone'`, relative to the folder of the app. @default next start */
  readonly script?: string
  /** 'app' if the app itself creates its table when it starts. @default 'command': `coatcheck migrate` creates it */
  readonly migratedBy?: 'app' | 'command'
  /** True if the app stores its sessions in an embedded database. @default false: PostgreSQL */
  readonly embedded?: boolean
  /** The driver for which `coatcheck init` wrote the files. @default none: the files are those of the README */
  readonly driver?: string
  /** The variable of the database URL. @default 'DATABASE_URL' */
  readonly urlVariable?: string
  /** True if the driver connects to a relay. @default false: it connects to PostgreSQL */
  readonly relay?: boolean
}

/** The app under test. */
export const newApp: NewApp = JSON.parse(process.env.NEW_APP ?? '{}')

/** Tests on a new app with the files of the README or of `coatcheck init`. They fail if the server prints anything. */
export const test = onDemo.extend<object, { newAppServer: AppServer; databaseUrl: string }>({
  databaseUrl: [
    async ({ postgresUrl }, use) => {
      const url = await createDatabase(postgresUrl)
      if (newApp.migratedBy !== 'app' && !newApp.embedded) migrateByCommand(await environmentFor(url))
      await use(url)
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  newAppServer: [
    async ({ browser, databaseUrl }, use) => {
      const { basePath = '', script } = newApp
      // The password of the user for whom `coatcheck init` wrote a login. The files of the README do not read it.
      const env = { ...(await environmentFor(databaseUrl)), DEMO_PASSWORD: 'demo' }
      const server = await startServer({ env, basePath, script: script && path.join(appFolder, script) })
      if (newApp.embedded) await createEmbedded(server, await browser.newPage())
      await use(server)
      await server.stop()
      expectSilence(server)
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  app: async ({ newAppServer }, use) => use(newAppServer),
})

/** Deletes all sessions in the database, without the app. */
export async function revokeAll(databaseUrl: string): Promise<void> {
  await query(databaseUrl, 'delete from sessions')
}

/** Fills in the login form and submits it. */
export async function logIn(page: Page, username: string, password = username): Promise<void> {
  await page.getByPlaceholder('Username').fill(username)
  await page.getByPlaceholder('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** Returns the environment in which the app under test finds its database. */
async function environmentFor(url: string): Promise<Readonly<Record<string, string>>> {
  const { embedded, relay, urlVariable = 'DATABASE_URL' } = newApp
  if (embedded) return { DATA_DIR: path.join(appFolder, '.data') }
  return relay ? { [urlVariable]: vercelUrl(url), RELAY_PORT: await sharedServer('relay') } : { [urlVariable]: url }
}

/**
 * Creates the embedded database by a login. This blocks the server for seconds. If an action had redirected before, the connection
 * of Next to itself would be too old for the next redirect, and Next would log that.
 */
async function createEmbedded({ url }: AppServer, page: Page): Promise<void> {
  await page.goto(`${url}/login`)
  await logIn(page, 'demo')
  await page.waitForURL(`${url}/account`, { timeout: 120_000 })
  await page.close()
}

/** Runs the command of the packed library, as the README says. */
function migrateByCommand(environment: Readonly<Record<string, string>>): void {
  const command = path.join(appFolder, 'node_modules/coatcheck/dist/cli.js')
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', ...environment } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'migrate'], { cwd: appFolder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`coatcheck migrate failed:\n${stdout}\n${stderr}`)
}
