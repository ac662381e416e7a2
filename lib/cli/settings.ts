import { SessionError } from '../core/errors.ts'
import type { Environment } from './terminal.ts'

const engines = ['db', 'cached', 'redis', 'cookie', 'memory'] as const
const drivers = ['pg', 'vercel', 'pglite'] as const

/** Where sessions are kept: `SESSION_ENGINE`. */
export type Engine = (typeof engines)[number]
/** How the database is reached: `DATABASE_DRIVER`, or what the variable says that names a database. */
export type Driver = (typeof drivers)[number]

/** @throws {SessionError} CONFIG_INVALID for an unknown engine. */
export function engineOf({ SESSION_ENGINE: name }: Environment): Engine {
  return oneOf('SESSION_ENGINE', engines, name || 'db')
}

/** @throws {SessionError} CONFIG_INVALID for an unknown driver. */
export function driverOf({ DATABASE_DRIVER: name, POSTGRES_URL, DATABASE_URL }: Environment): Driver {
  return oneOf('DATABASE_DRIVER', drivers, name || (POSTGRES_URL ? 'vercel' : DATABASE_URL ? 'pg' : 'pglite'))
}

/** The folder of the embedded database. */
export function dataFolder({ DATA_DIR }: Environment): string {
  return DATA_DIR || '.data'
}

/** Where Redis is. */
export function redisUrl({ REDIS_URL }: Environment): string {
  return REDIS_URL || 'redis://127.0.0.1:6379'
}

/** The URL of the database of a driver, and the variable that holds it. @throws {SessionError} CONFIG_INVALID if it is missing or no URL. */
export function databaseUrl(env: Environment, driver: 'pg' | 'vercel'): { readonly variable: string; readonly url: string } {
  const variable = driver === 'pg' ? 'DATABASE_URL' : 'POSTGRES_URL'
  const url = env[variable]
  const form = 'postgresql://user:password@host:5432/database'
  if (!url) throw config(`DATABASE_DRIVER is ${driver}, but ${variable} is not set; set it to ${form}.`)
  // What stands in it may be a password: it is never repeated.
  if (!/^postgres(ql)?:$/.test(urlOf(url)?.protocol ?? '')) throw config(`${variable} is no URL of a database; set it to ${form}.`)
  return { variable, url }
}

/** A URL without its user, password and options: safe to print. */
export function placeOf(url: string): string {
  const { host = '?', pathname = '' } = urlOf(url) ?? {}
  return `${host}${pathname}`
}

/** An error about the environment: CONFIG_INVALID. */
export function config(message: string): SessionError {
  return new SessionError('CONFIG_INVALID', message)
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

function oneOf<T extends string>(variable: string, known: readonly T[], name: string): T {
  const found = known.find((each) => each === name)
  if (!found) throw config(`${variable} is ${JSON.stringify(name)}; use ${known.join(', ')}.`)
  return found
}
