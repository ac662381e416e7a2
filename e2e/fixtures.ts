import { rm } from 'node:fs/promises'
import { type BrowserContext, test as base, type ConsoleMessage, expect, type Page, type WebError } from 'playwright/test'
import { copyPglite } from '../test/pglite'
import { createDatabase } from '../test/postgres'
import { startRedis } from '../test/redis'
import { addressOf } from '../test/server-address'
import { type CountingProxy, startCountingProxy } from './counting-proxy'
import { type KeptPages, keepPages } from './kept-pages'
import { type AppServer, startServer } from './server'
import { cookieName, Visitor } from './visitor'

/** The app on PostgreSQL, behind a proxy that records each statement. */
interface CountedServer {
  readonly server: AppServer
  readonly database: CountingProxy
}

/** The fixtures that a worker of Playwright shares between its tests. */
export interface WorkerFixtures {
  /** The app's SESSION_ENGINE. Each engine is a project of playwright.config.ts. */
  engine: string
  /** The pages that the tests of the worker share. */
  pages: KeptPages
  /** Additional environment of `embedded`. A file that sets it gets its own server. */
  settings: Readonly<Record<string, string>>
  /** The URL of a Redis server: TEST_REDIS_URL, or one of this worker. Empty for engines that need none. */
  redisUrl: string
  /** The app of this engine. Engine `db` uses an embedded database; the others use PostgreSQL, which starts faster. */
  embedded: AppServer
  /** The URL of the PostgreSQL server that all workers share. */
  postgresUrl: string
  /** The app on PostgreSQL. */
  counted: CountedServer
  /** Another server with the same database and secret as `counted`. */
  sibling: AppServer
}

/** Logs a browser in without the form, by default that of `page`. */
export type LogInAs = (username: 'demo' | 'admin', context?: BrowserContext) => Promise<void>

interface TestFixtures {
  /** False if `page` must be a new one, because the test changes it permanently. @default true */
  keepsPage: boolean
  /** The server of this test. The test fails if it prints anything. */
  app: AppServer
  /** The errors and warnings in the consoles of this test's pages. The test fails if any remain. */
  consoleLog: string[]
  /** Opens a page in a new browser context. With `like`, it starts with the cookies of that context. */
  openBrowser: (like?: BrowserContext) => Promise<Page>
  /** A client without a browser and without a cookie. */
  visitor: Visitor
  logInAs: LogInAs
}

/** Tests on the embedded database. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  keepsPage: [true, { option: true }],
  pages: [async ({ browser }, use) => use(keepPages(browser)), { scope: 'worker' }],
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
      const folder = engine === 'db' ? await emptyPglite() : null
      const database = folder
        ? { DATABASE_DRIVER: 'pglite', DATA_DIR: folder }
        : { DATABASE_DRIVER: 'pg', DATABASE_URL: await createDatabase(await sharedServer('postgres')) }
      try {
        const server = await startServer({ env: { ...database, SESSION_ENGINE: engine, REDIS_URL: redisUrl, ...settings } })
        await use(server)
        await server.stop()
        expectSilence(server)
      } finally {
        if (folder) await rm(folder, { recursive: true, force: true })
      }
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies of a fixture from this pattern
  postgresUrl: [async ({}, use) => use(await sharedServer('postgres')), { scope: 'worker', timeout: 180_000 }],
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
  sibling: [
    async ({ counted: { server, database } }, use) => {
      const env = { DATABASE_DRIVER: 'pg', DATABASE_URL: database.url, SESSION_SECRET: server.secret }
      const sibling = await startServer({ env })
      await use(sibling)
      await sibling.stop()
      expectSilence(sibling)
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  app: async ({ embedded }, use) => silent(embedded, use),
  baseURL: async ({ app }, use) => use(app.url),
  consoleLog: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies of a fixture from this pattern
    async ({}, use) => {
      const lines: string[] = []
      await use(lines)
      expect(lines, 'printed in the console of a page').toEqual([])
    },
    { auto: true },
  ],
  context: async (
    { browser, pages, keepsPage, consoleLog, baseURL, javaScriptEnabled, viewport, colorScheme, contextOptions },
    use,
  ) => {
    const options = { ...contextOptions, javaScriptEnabled: javaScriptEnabled ?? true, viewport, colorScheme: colorScheme ?? null }
    const all = baseURL === undefined ? options : { ...options, baseURL }
    const page = keepsPage ? await pages.open(all) : await (await browser.newContext(all)).newPage()
    const context = page.context()
    const unlisten = listen(context, consoleLog)
    await use(context)
    unlisten()
    await (keepsPage ? pages.reset(page) : context.close())
  },
  page: async ({ context }, use) => use(context.pages()[0] ?? (await context.newPage())),
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
  logInAs: async ({ app: { url }, context: own }, use) => {
    await use(async (username, context = own) => becomeUser(new Visitor(url), context, username))
  },
})

/** Returns the folder of a new embedded database without tables, for DATA_DIR. */
export const emptyPglite = async () => copyPglite(await sharedServer('pglite'))

/**
 * Tests on PostgreSQL. `database` counts the statements and can delay one. One server writes to a session one after the
 * other, so a request can overtake a delayed write only on the server `sibling`. This adds no worker fixture to those of
 * `test`, because Playwright would start another worker and browser for it.
 */
export const testOnPostgres = test.extend<{ database: CountingProxy }>({
  app: async ({ counted: { server } }, use) => silent(server, use),
  database: async ({ counted: { database } }, use) => use(database),
})

export { expect }

/** Logs the visitor in and gives the browser the same cookie. */
export async function becomeUser(visitor: Visitor, context: BrowserContext, username: 'demo' | 'admin'): Promise<void> {
  const headers = { 'user-agent': chrome }
  const login = await visitor.send('/api/login', { method: 'POST', body: { username, password: username }, headers })
  expect(login.status).toBe(200)
  await context.addCookies([{ name: cookieName, value: visitor.token, url: 'https://localhost', httpOnly: true }])
}

const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

/** The servers that all workers share: see e2e/servers.ts. */
export const sharedServer = (name: 'postgres' | 'pglite' | 'relay' | 'contexts') =>
  addressOf(name, process.env.TEST_SERVER_STARTER ?? '')

async function silent(server: AppServer, use: (server: AppServer) => Promise<void>): Promise<void> {
  await use(server)
  expectSilence(server)
}

/** Fails the test if the server printed anything: warnings about clocks or random numbers, or errors. */
export function expectSilence(server: AppServer): void {
  expect(server.complaints(), 'printed by the server').toEqual([])
}

/** Messages of the browser that do not fail a test. */
const harmless = [
  // The router preloads the style sheets of linked pages, and the test may not follow the link within a few seconds.
  /\.css was preloaded using link preload but not used/,
  // Chromium sometimes requests this file although the page names its icon.
  /\/favicon\.ico$/,
  // If a logout overtakes the prefetch of a guarded page, the router requests a segment of that page from the login
  // page.
  /404 \(Not Found\) http:\S+\/login\?next=\S+&_rsc=/,
]

/**
 * Next 15.5 includes React 19.1, but the demo's component library expects 19.2. There, a page that is reloaded right
 * after an action is sometimes rendered again in the browser. The cause is unknown, and no other version shows it.
 */
const harmlessOnNext15 = /Minified React error #418/
const isNext15 = process.env.APP_NAME?.startsWith('Next 15') ?? false

/** Adds the errors and warnings of the context's pages to `lines` until the returned function is called. */
export function listen(context: BrowserContext, lines: string[]): () => void {
  const onConsole = (message: ConsoleMessage) => {
    const line = `${message.type()}: ${message.text()} ${message.location().url}`
    if (/^(error|warning):/.test(line) && !harmless.some((pattern) => pattern.test(line))) lines.push(line)
  }
  const onError = (webError: WebError) => {
    const { message } = webError.error()
    if (!isNext15 || !harmlessOnNext15.test(message)) lines.push(`uncaught: ${message}`)
  }
  context.on('console', onConsole).on('weberror', onError)
  return () => context.off('console', onConsole).off('weberror', onError)
}
