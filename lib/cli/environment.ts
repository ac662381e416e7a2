import { createRequire } from 'node:module'
import path from 'node:path'
import { configInvalid } from './errors.ts'

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

interface NextEnv {
  loadEnvConfig(folder: string, dev: boolean, log: object): { readonly loadedEnvFiles: readonly { readonly path: string }[] }
}

/**
 * Loads the `.env` files of `folder` into `process.env` with Next's own loader, and returns the names of the loaded files. A
 * variable that is already set keeps its value. With NODE_ENV=production, `.env.production` is loaded, otherwise
 * `.env.development`. Without Next, no file is loaded.
 */
export function loadEnvFiles(folder: string): readonly string[] {
  const nextEnv = requireNextEnv(path.join(folder, 'package.json')) ?? requireNextEnv(import.meta.url)
  if (!nextEnv) return []
  const log = { info: () => {}, error: console.error }
  return nextEnv.loadEnvConfig(folder, process.env.NODE_ENV !== 'production', log).loadedEnvFiles.map((file) => file.path)
}

/** Loads `@next/env` from the dependencies of the Next that `from` resolves, because it may not be hoisted; null without Next. */
function requireNextEnv(from: string): NextEnv | null {
  try {
    return createRequire(createRequire(from).resolve('next/package.json'))('@next/env')
  } catch {
    return null
  }
}

const engines = ['db', 'cached', 'redis', 'cookie', 'memory'] as const
const drivers = ['pg', 'vercel', 'pglite'] as const

/** The values of `SESSION_ENGINE`: where sessions are stored. */
export type Engine = (typeof engines)[number]
/** The values of `DATABASE_DRIVER`: how the command connects to the database. */
export type Driver = (typeof drivers)[number]

/**
 * Returns `SESSION_ENGINE`; 'db' if it is not set.
 * @throws {SessionError} CONFIG_INVALID if the engine is unknown.
 */
export function engineOf({ SESSION_ENGINE: name }: Environment): Engine {
  return oneOf('SESSION_ENGINE', engines, name || 'db')
}

/**
 * Returns `DATABASE_DRIVER`. If it is not set, returns 'vercel' with `POSTGRES_URL`, 'pg' with `DATABASE_URL`, and 'pglite' without
 * either.
 * @throws {SessionError} CONFIG_INVALID if the driver is unknown.
 */
export function driverOf({ DATABASE_DRIVER: name, POSTGRES_URL, DATABASE_URL }: Environment): Driver {
  return oneOf('DATABASE_DRIVER', drivers, name || (POSTGRES_URL ? 'vercel' : DATABASE_URL ? 'pg' : 'pglite'))
}

function oneOf<T extends string>(variable: string, known: readonly T[], name: string): T {
  const found = known.find((each) => each === name)
  if (!found) throw configInvalid(`${variable} is ${JSON.stringify(name)}; use one of: ${known.join(', ')}.`)
  return found
}

/** Returns the folder of the embedded database: `DATA_DIR`; '.data' if it is not set. */
export function dataFolder({ DATA_DIR }: Environment): string {
  return DATA_DIR || '.data'
}

/** Returns `REDIS_URL`; Redis on this machine if it is not set. */
export function redisUrl({ REDIS_URL }: Environment): string {
  return REDIS_URL || 'redis://127.0.0.1:6379'
}

/** The form of a database URL, for messages. */
export const databaseUrlForm = 'postgresql://user:password@host:5432/database'

/**
 * Returns the database URL for a driver, and the variable that contains it.
 * @throws {SessionError} CONFIG_INVALID if the variable is not set or is not a PostgreSQL URL.
 */
export function databaseUrl(env: Environment, driver: 'pg' | 'vercel'): { readonly variable: string; readonly url: string } {
  const variable = driver === 'pg' ? 'DATABASE_URL' : 'POSTGRES_URL'
  const url = env[variable]
  if (!url) throw configInvalid(`DATABASE_DRIVER is ${driver}, but ${variable} is not set. Set it to ${databaseUrlForm}.`)
  // The message does not repeat the value, because it may contain a password.
  if (!/^postgres(ql)?:$/.test(parseUrl(url)?.protocol ?? '')) {
    throw configInvalid(`${variable} is not a PostgreSQL URL. Set it to ${databaseUrlForm}.`)
  }
  return { variable, url }
}

/** Returns host and path of a URL. Omits user, password and options, so that the result is safe to print. */
export function hostAndPath(url: string): string {
  const { host = '?', pathname = '' } = parseUrl(url) ?? {}
  return `${host}${pathname}`
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
