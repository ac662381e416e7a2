import { spawnSync } from 'node:child_process'
import path from 'node:path'
import type { Page } from 'playwright/test'
import { createDatabase, query } from '../test/postgres'
import { expectSilence, test as onDemo } from './fixtures'
import { type AppServer, appFolder, startServer } from './server'

/** The kind of new app that scripts/new-apps.mjs has built in APP_FOLDER, and describes in NEW_APP. */
export interface NewApp {
  /** Next's option. @default none */
  readonly basePath?: string
  /** The server of `output: 'standalone'`, below the folder of the app. @default next start */
  readonly script?: string
  /** 'app' if the app itself creates its table when it starts. @default 'command': `coatcheck migrate` creates it */
  readonly migratedBy?: 'app' | 'command'
  /** True if the app stores its sessions in an embedded database. @default false: PostgreSQL */
  readonly embedded?: boolean
}

/** The app under test. */
export const newApp: NewApp = JSON.parse(process.env.NEW_APP ?? '{}')

/** Tests on a new app that has the files of the README. They fail if the server prints anything. */
export const test = onDemo.extend<object, { newAppServer: AppServer; databaseUrl: string }>({
  databaseUrl: [
    async ({ postgresUrl }, use) => {
      const url = await createDatabase(postgresUrl)
      if (newApp.migratedBy !== 'app') migrateByCommand(url)
      await use(url)
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  newAppServer: [
    async ({ databaseUrl }, use) => {
      const { basePath = '', script } = newApp
      const env = newApp.embedded ? { DATA_DIR: path.join(appFolder, '.data') } : { DATABASE_URL: databaseUrl }
      const server = await startServer({ env, basePath, script: script && path.join(appFolder, script) })
      await use(server)
      await server.stop()
      expectSilence(server)
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  app: async ({ newAppServer }, use) => use(newAppServer),
})

/** Deletes all sessions behind the app's back. */
export async function revokeAll(databaseUrl: string): Promise<void> {
  await query(databaseUrl, 'delete from sessions')
}

/** Fills in the login form and submits it. */
export async function logIn(page: Page, username: string, password = username): Promise<void> {
  await page.getByPlaceholder('Username').fill(username)
  await page.getByPlaceholder('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** Runs the command of the packed library, as a newcomer does. */
function migrateByCommand(url: string): void {
  const command = path.join(appFolder, 'node_modules/coatcheck/dist/cli.js')
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', DATABASE_URL: url } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'migrate'], { cwd: appFolder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`coatcheck migrate failed:\n${stdout}\n${stderr}`)
}
