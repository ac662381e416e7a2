import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expectSilence, test as onDemo } from './fixtures'
import { type AppServer, appFolder, startServer } from './server'

/** Copies of the demo on other versions of Next do without Cache Components. */
export const cacheComponents = !process.env.APP_FOLDER
const env: Readonly<Record<string, string>> = { NEXT_TELEMETRY_DISABLED: '1', CACHE_COMPONENTS: cacheComponents ? 'on' : '' }

/** On the small app in `places/`, which asks for the session wherever Next runs code, as built or in development. */
export const testOnPlaces = (command: 'start' | 'dev') =>
  onDemo.extend<object, { places: AppServer }>({
    places: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
      async ({}, use) => {
        const folder = copyPlaces()
        try {
          if (command === 'start') build(folder)
          const server = await startServer({ env, folder, command })
          await use(server)
          await server.stop()
          expectSilence(server)
        } finally {
          await rm(folder, { recursive: true, force: true })
        }
      },
      { scope: 'worker', timeout: 300_000 },
    ],
    app: async ({ places }, use) => use(places),
  })

/**
 * The app in a folder of its own, with the packages of the app under test in reach. Within the project Next would also build the project's
 * `middleware.ts` and `instrumentation.ts`, which it looks for in all folders above.
 */
function copyPlaces(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'coatcheck-places-')))
  cpSync('e2e/places', folder, {
    recursive: true,
    filter: (from) => cacheComponents || path.basename(from) !== 'private-cache',
  })
  const packages = path.join(appFolder, 'node_modules')
  mkdirSync(path.join(folder, 'node_modules'))
  const link = (from: string, name: string) => symlinkSync(from, path.join(folder, 'node_modules', name), 'junction')
  for (const name of ['next', 'react', 'react-dom', 'typescript', '@types']) link(path.join(packages, name), name)
  const packed = path.join(packages, 'coatcheck')
  link(existsSync(packed) ? packed : appFolder, 'coatcheck')
  return folder
}

function build(folder: string): void {
  const next = path.join(folder, 'node_modules/next/dist/bin/next')
  const { status, stdout, stderr } = spawnSync(process.execPath, [next, 'build'], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`next build failed:\n${stdout}\n${stderr}`)
}
