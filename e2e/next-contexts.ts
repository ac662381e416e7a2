import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, symlinkSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expectSilence, test as onDemo } from './fixtures'
import { type AppServer, appFolder, startServer } from './server'

/** True for the packed library on an older Next: scripts/test-package.mjs installs both in `appFolder`. */
export const isPacked = process.env.APP_FOLDER !== undefined
/** The older versions of Next are tested without Cache Components. */
export const cacheComponents = !isPacked
const env: Readonly<Record<string, string>> = { NEXT_TELEMETRY_DISABLED: '1', CACHE_COMPONENTS: cacheComponents ? 'on' : '' }

/** Tests on the small app in `next-contexts/`, which reads the session in every context in which Next runs code. */
export const testOnContexts = (command: 'start' | 'dev') =>
  onDemo.extend<object, { contextsApp: AppServer }>({
    contextsApp: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies of a fixture from this pattern
      async ({}, use) => {
        const folder = copyApp()
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
    app: async ({ contextsApp }, use) => use(contextsApp),
  })

/**
 * Copies the app to a new folder and links the packages of the app under test. Inside the project, Next would also build the
 * project's `middleware.ts` and `instrumentation.ts`, because it looks for them in all parent folders.
 */
function copyApp(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'coatcheck-contexts-')))
  cpSync('e2e/next-contexts', folder, {
    recursive: true,
    filter: (from) => cacheComponents || path.basename(from) !== 'private-cache',
  })
  if (process.env.GUARD_FILE) renameSync(path.join(folder, 'proxy.ts'), path.join(folder, process.env.GUARD_FILE))
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
