import { existsSync } from 'node:fs'
import { defineConfig } from 'playwright/test'
import type { WorkerFixtures } from './e2e/fixtures'

const usualPlaces = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = process.env.CHROMIUM_PATH ?? usualPlaces.find((place) => existsSync(place))
// Chromium's sandbox refuses to run as root.
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const { PLAYWRIGHT_JSON_OUTPUT_NAME: jsonFile, APP_NAME: name } = process.env

/**
 * The flows that say something about where sessions are kept. The others run on the database only: they count its statements, hold them back,
 * stop it, or ask what no engine changes. What an engine cannot do: e2e/exceptions.ts.
 */
const flows = ['session', 'shop', 'two-browsers', 'api-flow', 'flashes', 'how']
/** The rest of the flows. `cached` is the database with copies and `memory` one process: they run them under E2E_ALL=1. */
const moreFlows = ['account', 'no-script', 'guard', 'action-refresh']
const flowsOf = (engine: string) =>
  [...flows, ...(['redis', 'cookie'].includes(engine) || process.env.E2E_ALL ? moreFlows : [])].map((name) => `${name}.spec.ts`)

/** Runs against the production build in `.next`: `npx next build` first. The tests start their own servers and databases. */
export default defineConfig<object, Pick<WorkerFixtures, 'engine'>>({
  ...(name && { name }),
  testDir: 'e2e',
  globalSetup: './e2e/servers.ts',
  // As many as the cores of the smallest machine: browsers and servers keep them busy, and a third worker only makes pages slower.
  workers: 2,
  retries: 0,
  // Ceilings, which only a test that hangs meets: a busy machine takes five times as long as an idle one.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: jsonFile ? [['list'], ['json', { outputFile: jsonFile }]] : 'list',
  projects: [
    { name: 'db' },
    ...['cached', 'redis', 'cookie', 'memory'].map((engine) => ({ name: engine, use: { engine }, testMatch: flowsOf(engine) })),
  ],
  use: {
    launchOptions: {
      ...(executablePath && { executablePath }),
      args: [...sandbox, '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    },
  },
})
