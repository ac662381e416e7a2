import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type BrowserContext, test as base, expect, type Page } from 'playwright/test'
import { createDatabase, startPostgres } from '../test/postgres'
import { type CountingProxy, startCountingProxy } from './counting-proxy'
import { type AppServer, startServer } from './server'
import { Visitor } from './visitor'

/** The app on a real PostgreSQL, through a proxy that sees each statement. */
interface CountedServer {
  readonly server: AppServer
  readonly database: CountingProxy
}

interface WorkerFixtures {
  /** The app on an embedded database. */
  embedded: AppServer
  /** The URL of a PostgreSQL server: TEST_DATABASE_URL, or one started for this run. */
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
  embedded: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'coatcheck-e2e-'))
      try {
        const server = await startServer({ env: { DATABASE_DRIVER: 'pglite', DATA_DIR: folder } })
        await use(server)
        await server.stop()
        expectSilence(server)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  postgresUrl: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const given = process.env.TEST_DATABASE_URL
      const started = given ? null : await startPostgres()
      await use(given ?? started?.url ?? '')
      await started?.stop()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  counted: [
    async ({ postgresUrl }, use) => {
      const database = await startCountingProxy(await createDatabase(postgresUrl))
      const server = await startServer({ env: { DATABASE_DRIVER: 'pg', DATABASE_URL: database.url } })
      await use({ server, database })
      await server.stop()
      expectSilence(server)
      await database.close()
    },
    { scope: 'worker', timeout: 60_000 },
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
  // Chromium asks for this one by itself, now and then even where a page names its icon.
  /\/favicon\.ico$/,
  // A prefetch of a guarded page that a log-out overtakes: the router asks the login page for a part of the other.
  /404 \(Not Found\) http:\S+\/login\?next=\S+&_rsc=/,
]

function listen(context: BrowserContext, lines: string[]): void {
  context.on('console', (message) => {
    const line = `${message.type()}: ${message.text()} ${message.location().url}`
    if (/^(error|warning):/.test(line) && !harmless.some((pattern) => pattern.test(line))) lines.push(line)
  })
  context.on('weberror', (webError) => lines.push(`uncaught: ${webError.error().message}`))
}
