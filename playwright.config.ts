import { existsSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'playwright/test'
import type { WorkerFixtures } from './e2e/fixtures'

const browsers = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = process.env.CHROMIUM_PATH ?? browsers.find((file) => existsSync(file))
// Chromium's sandbox does not work as root.
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const { PLAYWRIGHT_JSON_OUTPUT_NAME: jsonFile, APP_NAME: name, APP_FOLDER: folder, TEST_ALL: all } = process.env

/** The specs whose result can depend on the engine. The others query the database, or test what is the same on every engine. */
const engineSpecs = [
  'account',
  'action-refresh',
  'api-flow',
  'flashes',
  'guard',
  'how',
  'no-script',
  'session',
  'shop',
  'timeout',
  'two-browsers',
]

/**
 * Runs against the production build in `.next`, so run `npx next build` first. The tests start servers and databases themselves.
 *
 * The engine `db` runs every spec. The pages do not depend on the engine, and the store contract tests each store. So the other
 * engines run only the tests with the tag `@engines`, and tests that are tagged with the engine's name, because their rule differs
 * there (see e2e/exceptions.ts). TEST_ALL=1 runs all engine specs on each engine, and the tests with the tag `@long`.
 */
export default defineConfig<object, Pick<WorkerFixtures, 'engine'>>({
  ...(name && { name }),
  testDir: 'e2e',
  // Each run deletes this folder when it starts, and `npm test` tests several apps at the same time.
  ...(folder && { outputDir: path.join(folder, 'test-results') }),
  // scripts/new-app.mjs builds the apps of this spec.
  ...(!process.env.NEW_APP && { testIgnore: 'new-app.spec.ts' }),
  globalSetup: './e2e/servers.ts',
  // One for each core of the smallest machine. A third worker would only make pages slower.
  workers: 2,
  retries: 0,
  // Only a test that hangs reaches these limits, because a busy machine takes five times as long as an idle one.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: jsonFile ? [['list'], ['json', { outputFile: jsonFile }]] : 'list',
  ...(!all && { grepInvert: /@long/ }),
  projects: [
    { name: 'db' },
    ...['cached', 'redis', 'cookie', 'memory'].map((engine) => ({
      name: engine,
      use: { engine },
      testMatch: engineSpecs.map((spec) => `${spec}.spec.ts`),
      // The few tests take less time than a second server and a second browser, so one worker runs them.
      ...(!all && { grep: new RegExp(`@(engines|${engine})\\b`), workers: 1 }),
    })),
  ],
  use: {
    launchOptions: {
      ...(executablePath && { executablePath }),
      args: [...sandbox, '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    },
  },
})
