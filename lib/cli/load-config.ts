import { existsSync } from 'node:fs'
import path from 'node:path'
import { optionsOf } from '../core/internals.ts'
import type { ServerOptions } from '../core/options.ts'
import { configInvalid } from './errors.ts'
import { safeText } from './format.ts'

/** A loaded `coatcheck.config.ts`. */
export interface LoadedConfig {
  readonly fileName: string
  /** The options that the app has passed to `createSessions`. */
  readonly options: ServerOptions
}

const extensions = ['ts', 'mts', 'js', 'mjs'] as const

const example = "export default defineConfig({ sessions: () => import('./app/sessions').then((m) => m.sessions) })"

/**
 * Loads the app's sessions through `coatcheck.config.ts` in `folder`; null if there is no such file. Loads TypeScript,
 * the `paths` of tsconfig.json, `server-only` and Next's own modules.
 * @throws {SessionError} CONFIG_INVALID if a module fails to load, or the file does not export what `defineConfig`
 * expects.
 */
export async function loadConfig(folder: string): Promise<LoadedConfig | null> {
  const fileName = extensions
    .map((extension) => `coatcheck.config.${extension}`)
    .find((name) => existsSync(path.join(folder, name)))
  if (!fileName) return null
  const loaded = await importModule(path.join(folder, fileName)).catch(throwLoadError(fileName))
  const sessions = isObject(loaded) && typeof loaded.sessions === 'function' ? loaded.sessions : null
  if (!sessions) throw configInvalid(`${fileName} has no default export with a function sessions. Write: ${example}`)
  const created: unknown = await Promise.resolve()
    .then(() => sessions())
    .catch(throwLoadError(fileName))
  const options = isObject(created) ? created[optionsOf] : null
  if (typeof options !== 'function') {
    throw configInvalid(`sessions in ${fileName} does not return the result of createSessions. Return that object itself.`)
  }
  return { fileName, options: options() }
}

async function importModule(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti')
  const loader = createJiti(file, {
    tsconfigPaths: true,
    jsx: { runtime: 'automatic' },
    fsCache: false, // a cache would leave the app's code in a shared folder
    virtualModules: { 'server-only': {}, 'client-only': {} }, // both packages throw outside of a bundler
  })
  return loader.import(file, { default: true })
}

/** Returns a handler that reports why a module of the app cannot be loaded. */
function throwLoadError(fileName: string): (error: unknown) => never {
  return (error) => {
    const { name, message } = error instanceof Error ? error : { name: 'Thrown', message: String(error) }
    const [firstLine = ''] = message.split('\n')
    const text = safeText(firstLine.replace(/\/\/[^/\s]*@/g, '//…@'), 300) // a URL may contain a password
    throw configInvalid(`The app's sessions cannot be loaded through ${fileName}: ${name}: ${text}`)
  }
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null
}
