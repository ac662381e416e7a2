import { createRequire } from 'node:module'
import path from 'node:path'
import { configInvalid } from './errors.ts'

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

interface NextEnv {
  loadEnvConfig(folder: string, dev: boolean, log: object): { readonly loadedEnvFiles: readonly { readonly path: string }[] }
}

/**
 * Loads the `.env` files of `folder` into `process.env` with Next's own loader, and returns the names of the loaded
 * files. A variable that is already set keeps its value. With NODE_ENV=production, `.env.production` is loaded,
 * otherwise `.env.development`. Without Next, no file is loaded.
 */
export function loadEnvFiles(folder: string): readonly string[] {
  const nextEnv = requireNextEnv(path.join(folder, 'package.json')) ?? requireNextEnv(import.meta.url)
  if (!nextEnv) return []
  const log = { info: () => {}, error: console.error }
  return nextEnv.loadEnvConfig(folder, process.env.NODE_ENV !== 'production', log).loadedEnvFiles.map((file) => file.path)
}

/**
 * Loads `@next/env` as a dependency of the Next that `from` resolves, because npm does not always hoist it. Returns null without
 * Next.
 */
function requireNextEnv(from: string): NextEnv | null {
  try {
    return createRequire(createRequire(from).resolve('next/package.json'))('@next/env')
  } catch {
    return null
  }
}

/** The form of a database URL, for messages. */
const databaseUrlForm = 'postgresql://user:password@host:5432/database'

/** The variables that may contain the database URL. The first variable that is set is used. */
const urlVariables = ['DATABASE_URL', 'POSTGRES_URL'] as const

/** A database URL, and the variable that contains it. */
export interface DatabaseUrl {
  readonly variable: string
  readonly url: string
}

/**
 * Returns the database URL of the environment; null if no variable is set.
 * @throws {SessionError} CONFIG_INVALID if the variable does not contain a PostgreSQL URL.
 */
export function databaseUrl(env: Environment): DatabaseUrl | null {
  const found = firstUrl(env)
  // The message does not repeat the value, because it may contain a password.
  if (found && !/^postgres(ql)?:$/.test(parseUrl(found.url)?.protocol ?? '')) {
    throw configInvalid(foreignScheme(env) ?? `${found.variable} is not a PostgreSQL URL. Set it to ${databaseUrlForm}.`)
  }
  return found
}

function firstUrl(env: Environment): DatabaseUrl | null {
  for (const variable of urlVariables) {
    const url = env[variable]
    if (url) return { variable, url }
  }
  return null
}

/** Returns the message for a URL of another kind of database, such as mysql://; null for other URLs. */
export function foreignScheme(env: Environment, url = firstUrl(env)?.url): string | null {
  const [, scheme] = /^([a-z][a-z\d+.-]*:)\/\//i.exec(url ?? '') ?? []
  if (!scheme || /^(postgres(ql)?|socket):$/i.test(scheme)) return null
  const variable = urlVariables.find((name) => env[name] === url) ?? 'The URL of the database'
  return `${variable} begins with ${scheme}; Coatcheck needs PostgreSQL. Set it to ${databaseUrlForm}.`
}

/** Returns the message for an environment that names no database; null if a variable is set. */
export function unsetUrl(env: Environment): string | null {
  if (firstUrl(env) || env.PGHOST) return null
  const text = 'DATABASE_URL is not set in the environment or .env.local. If the app reads another variable, check that one.'
  return `${text} Without a URL, most drivers connect to localhost.`
}

/**
 * Returns the database URL of the environment.
 * @throws {SessionError} CONFIG_INVALID if no variable is set, or the variable does not contain a PostgreSQL URL.
 */
export function requireDatabaseUrl(env: Environment): DatabaseUrl {
  const found = databaseUrl(env)
  if (found) return found
  const state = 'There is no coatcheck.config.ts in this folder, and neither DATABASE_URL nor POSTGRES_URL is set.'
  throw configInvalid(`${state} Create the file with: npx coatcheck init. Or set DATABASE_URL to ${databaseUrlForm}.`)
}

/** Returns host and path of a URL. Omits user, password and options, so that the result is safe to print. */
export function hostAndPath(url: string): string {
  const { host = '?', pathname = '' } = parseUrl(url) ?? {}
  // A password that begins with an unencoded slash is parsed as a part of the path.
  return pathname.includes('@') ? '?' : `${host}${pathname}`
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
