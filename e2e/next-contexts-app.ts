import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { appFolder } from './server'

/** True for the packed library on an older Next: scripts/test-package.mjs installs both in `appFolder`. */
export const isPacked = process.env.APP_FOLDER !== undefined
/** The older versions of Next are tested without Cache Components. */
export const cacheComponents = !isPacked
/** The environment in which the app is built and started. */
export const contextsEnv: Readonly<Record<string, string>> = {
  NEXT_TELEMETRY_DISABLED: '1',
  CACHE_COMPONENTS: cacheComponents ? 'on' : '',
}

/**
 * Copies the app to a new folder and links the packages of the app under test. Inside the project, Next would also build the
 * project's `middleware.ts` and `instrumentation.ts`, because it looks for them in all parent folders.
 */
export function copyContextsApp(): string {
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

/** Builds a copy of the app for all workers of a run. */
export async function startContextsBuild() {
  const folder = copyContextsApp()
  const next = path.join(folder, 'node_modules/next/dist/bin/next')
  await promisify(execFile)(process.execPath, [next, 'build'], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...contextsEnv },
  })
  return { address: folder, stop: () => rmSync(folder, { recursive: true, force: true }) }
}
