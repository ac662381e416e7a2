import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { drizzleStore, migrate } from '../dist/drizzle.js'
import { createSessions } from '../dist/index.js'
import { fakePlatformKey } from '../dist/next/platform.js'
import '../dist/testing.js' // imported first, because it also sets the fake platform, which is replaced below

/** The data of a session: 47 bytes of JSON, as in the measurements of Django. */
export const data = { name: 'John Doe', theme: 'dark', visits: 123 }
if (JSON.stringify(data).length !== 47) throw new Error('The results in README.md are for 47 bytes of data: change `data` back.')

export const secret = 'a secret of the benchmark, long enough to sign with'
export const cookieName = 'session'

/** Returns `getSession` with its default options on a new table, and its pool, a node-postgres pool with default settings. */
export async function openLibrary(connectionString) {
  const pool = new pg.Pool({ connectionString })
  const db = drizzle(pool)
  await migrate(db)
  const { getSession } = createSessions({ secret, cookie: { secure: false }, store: drizzleStore(db) })
  return { pool, getSession }
}

/**
 * Returns a request as the library sees it, without Next. It has only the parts that the library uses, so that the measurement
 * contains only the library. `withRequest` of `coatcheck/testing` does more and costs more.
 */
export function request(cookie) {
  const headers = { get: (name) => (name === 'host' ? 'localhost' : null), has: () => false }
  const responseCookies = {
    cookie,
    get: (name) => (responseCookies.cookie !== undefined && name === cookieName ? { value: responseCookies.cookie } : undefined),
    set: ({ name, value }) => {
      if (name === cookieName) responseCookies.cookie = value
    },
  }
  return {
    responseCookies,
    headers: async () => headers,
    cookies: async () => responseCookies,
    io: async () => {},
    after: () => {},
    refresh: () => {},
  }
}

/** Returns a request that also has a `Cookie` header, from which the library reads the proof of the device. */
export function requestWithProof(cookie, proof) {
  const header = `${cookieName}=${cookie}${proof ? `; ${cookieName}-device=${proof}` : ''}`
  const headers = { get: (name) => (name === 'host' ? 'localhost' : name === 'cookie' ? header : null), has: () => false }
  return { ...request(cookie), headers: async () => headers }
}

let current
Object.assign(globalThis, { [fakePlatformKey]: () => current })

/** Makes `request` the current one. The library reads the current request before its first await. */
export function enter(request) {
  current = request
}

/** Creates `count` sessions through the library and returns their cookies. */
export async function seed(getSession, count, atOnce = 32) {
  const cookies = []
  const create = async () => {
    const created = request(undefined)
    enter(created)
    const session = await getSession()
    enter(created)
    await session.set(data)
    cookies.push(created.responseCookies.cookie)
  }
  const worker = async () => {
    while (cookies.length + atOnce <= count) await create()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  while (cookies.length < count) await create()
  return cookies
}
