import { rm } from 'node:fs/promises'
import { type BrowserContext, test as base, expect, type Page } from 'playwright/test'
import { copyPglite } from '../test/pglite'
import { createDatabase } from '../test/postgres'
import { startRedis } from '../test/redis'
import { type CountingProxy, startCountingProxy } from './counting-proxy'
import { type AppServer, startServer } from './server'
import { Visitor } from './visitor'

/** The app on a real PostgreSQL, through a proxy that sees each statement. */
interface CountedServer {
  readonly server: AppServer
  readonly database: CountingProxy
}

/** What one worker of Playwright keeps. */
export interface WorkerFixtures {
  /** Where the app keeps its sessions: its SESSION_ENGINE. Each is a project of playwright.config.ts. */
  engine: string
  /** More of the environment of `embedded`; a file that sets it has a server of its own. */
  settings: Readonly<Record<string, string>>
  /** A Redis server's URL: TEST_REDIS_URL, or one started for this run; empty for engines that need none. */
  redisUrl: string
  /** The app on an embedded database. */
  embedded: AppServer
  /** The URL of the PostgreSQL server of this run: e2e/servers.ts. */
  postgresUrl: string
  /** The app on a real PostgreSQL. */
  counted: CountedServer
}

interface TestFixtures {
  /** The server of this test; what it prints fails the test. */
  app: AppServer
  /** The errors and warnings in the consoles of this test's pages; each fails the test. */
  consoleLog: string[]
  /** Opens a page in a browser of its own; `like` gives it another's cookies. */
  openBrowser: (like?: BrowserContext) => Promise<Page>
  /** A client without a browser, and without a cookie. */
  visitor: Visitor
}

/** On the embedded database. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  engine: ['db', { option: true, scope: 'worker' }],
  settings: [{}, { option: true, scope: 'worker' }],
  redisUrl: [
    async ({ engine }, use) => {
      const given = process.env.TEST_REDIS_URL
      const started = given || !['redis', 'cached'].includes(engine) ? null : await startRedis()
      await use(given ?? started?.url ?? '')
      await started?.stop()
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  embedded: [
    async ({ engine, redisUrl, settings }, use) => {
      const folder = emptyPglite()
      try {
        const server = await startServer({
          env: { DATABASE_DRIVER: 'pglite', DATA_DIR: folder, SESSION_ENGINE: engine, REDIS_URL: redisUrl, ...settings },
        })
        await use(server)
        await server.stop()
        expectSilence(server)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
  postgresUrl: [async ({}, use) => use(process.env.TEST_DATABASE_URL ?? ''), { scope: 'worker' }],
  counted: [
    async ({ postgresUrl }, use) => {
      const database = await startCountingProxy(await createDatabase(postgresUrl))
      const server = await startServer({ env: { DATABASE_DRIVER: 'pg', DATABASE_URL: database.url } })
      await use({ server, database })
      await server.stop()
      expectSilence(server)
      await database.close()
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  app: async ({ embedded }, use) => silent(embedded, use),
  baseURL: async ({ app }, use) => use(app.url),
  consoleLog: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const lines: string[] = []
      await use(lines)
      expect(lines, 'said by the console of a page').toEqual([])
    },
    { auto: true },
  ],
  context: async ({ context, consoleLog }, use) => {
    listen(context, consoleLog)
    await use(context)
  },
  openBrowser: async ({ browser, consoleLog, app: { url } }, use) => {
    const contexts: BrowserContext[] = []
    await use(async (like) => {
      const context = await browser.newContext({ baseURL: url })
      contexts.push(context)
      listen(context, consoleLog)
      if (like) await context.addCookies(await like.cookies())
      return context.newPage()
    })
    await Promise.all(contexts.map((context) => context.close()))
  },
  visitor: async ({ app }, use) => use(new Visitor(app.url)),
})

/** A folder with an embedded database that nobody has used yet, for DATA_DIR. */
export const emptyPglite = () => copyPglite(process.env.TEST_PGLITE ?? '')

/** On a real PostgreSQL, with `database` to count and to hold back statements. */
export const testOnPostgres = test.extend<{ database: CountingProxy }>({
  app: async ({ counted: { server } }, use) => silent(server, use),
  database: async ({ counted: { database } }, use) => use(database),
})

export { expect }

async function silent(server: AppServer, use: (server: AppServer) => Promise<void>): Promise<void> {
  await use(server)
  expectSilence(server)
}

/** A server's clean log is a promise of the library: no report of clocks, random numbers, or errors. */
export function expectSilence(server: AppServer): void {
  expect(server.complaints(), 'printed by the server').toEqual([])
}

const harmless = [
  // The router preloads the style sheets of pages behind links, which nobody may follow within a few seconds.
  /\.css was preloaded using link preload but not used/,
  // Chromium asks for this one by itself, now and then even where a page names its icon.
  /\/favicon\.ico$/,
  // A prefetch of a guarded page that a log-out overtakes: the router asks the login page for a part of the other.
  /404 \(Not Found\) http:\S+\/login\?next=\S+&_rsc=/,
]

/**
 * On Next 15.5, which brings React 19.1 where the demo's kit wants 19.2, a page that is reloaded right after an action is now and then
 * rendered anew in the browser. Seen nowhere else; the cause has not been found.
 */
const harmlessOnNext15 = /Minified React error #418/
const isNext15 = process.env.APP_NAME?.startsWith('Next 15') ?? false

function listen(context: BrowserContext, lines: string[]): void {
  context.on('console', (message) => {
    const line = `${message.type()}: ${message.text()} ${message.location().url}`
    if (/^(error|warning):/.test(line) && !harmless.some((pattern) => pattern.test(line))) lines.push(line)
  })
  context.on('weberror', (webError) => {
    const { message } = webError.error()
    if (!isNext15 || !harmlessOnNext15.test(message)) lines.push(`uncaught: ${message}`)
  })
}
