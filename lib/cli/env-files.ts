import { createRequire } from 'node:module'
import path from 'node:path'

interface NextEnv {
  loadEnvConfig(folder: string, dev: boolean, log: object): { readonly loadedEnvFiles: readonly { readonly path: string }[] }
}

/**
 * Reads the `.env` files of `folder` into the environment as Next does, by Next's own loader: what is set already stays. Which ones, says
 * NODE_ENV as it does for Next: `production` reads `.env.production`, else `.env.development` is read. Answers the names of those it read.
 */
export function readEnvFiles(folder: string): readonly string[] {
  const nextEnv = loaderOf(path.join(folder, 'package.json')) ?? loaderOf(import.meta.url)
  if (!nextEnv) return []
  const log = { info: () => {}, error: console.error }
  return nextEnv.loadEnvConfig(folder, process.env.NODE_ENV !== 'production', log).loadedEnvFiles.map((file) => file.path)
}

/** The loader that the app's Next brings, whether or not it is hoisted; none without Next. */
function loaderOf(from: string): NextEnv | null {
  try {
    return createRequire(createRequire(from).resolve('next/package.json'))('@next/env')
  } catch {
    return null
  }
}
