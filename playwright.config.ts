import { existsSync } from 'node:fs'
import { defineConfig } from 'playwright/test'

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = process.env.CHROMIUM_PATH ?? usualPlaces.find((place) => existsSync(place))
// Chromium's sandbox refuses to run as root.
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const { PLAYWRIGHT_JSON_OUTPUT_NAME: jsonFile, APP_NAME: name } = process.env

/** Runs against the production build in `.next`: `npx next build` first. The tests start their own servers and databases. */
export default defineConfig({
  ...(name && { name }),
  testDir: 'e2e',
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: jsonFile ? [['list'], ['json', { outputFile: jsonFile }]] : 'list',
  use: {
    launchOptions: {
      ...(executablePath && { executablePath }),
      args: [...sandbox, '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    },
  },
})
