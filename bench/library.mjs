import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { drizzleStore, migrate } from '../dist/drizzle.js'
import { createSessions } from '../dist/index.js'
import { fakePlatformKey } from '../dist/next/platform.js'
import '../dist/testing.js' // first, since it puts a fake request of its own in the place of the one below

/** 47 bytes of JSON, what Django's figures were measured with. */
export const data = { name: 'John Doe', theme: 'dark', visits: 123 }
if (JSON.stringify(data).length !== 47) throw new Error('The data must take 47 bytes')

export const secret = 'a secret of the benchmark, long enough to sign with'
export const cookieName = 'session'

/** The library on a fresh table: a pool of node-postgres with its default settings, and the options' defaults. */
export async function openLibrary(connectionString) {
  const pool = new pg.Pool({ connectionString })
  const db = drizzle(pool)
  await migrate(db)
  const { getSession } = createSessions({ secret, cookie: { secure: false }, store: drizzleStore(db) })
  return { pool, getSession }
}

/**
 * A request as the library sees it, in the place of Next's, bare of all but what is used, so that the library alone is measured.
 * `coatcheck/testing` has one with more comfort, which costs more.
 */
export function request(cookie) {
  const headers = { get: (name) => (name === 'host' ? 'localhost' : null), has: () => false }
  const jar = {
    cookie,
    get: (name) => (jar.cookie !== undefined && name === cookieName ? { value: jar.cookie } : undefined),
    set: ({ name, value }) => {
      if (name === cookieName) jar.cookie = value
    },
  }
  return { jar, headers: async () => headers, cookies: async () => jar, io: async () => {}, after: () => {}, refresh: () => {} }
}

let current
Object.assign(globalThis, { [fakePlatformKey]: () => current })

/** Makes `request` the running one: the library looks at it before its first await. */
export function enter(request) {
  current = request
}

/** Stores `count` sessions through the library, and answers their cookies. */
export async function seed(getSession, count, atOnce = 32) {
  const cookies = []
  const begin = async () => {
    const visit = request(undefined)
    enter(visit)
    const session = await getSession()
    enter(visit)
    await session.set(data)
    cookies.push(visit.jar.cookie)
  }
  const worker = async () => {
    while (cookies.length + atOnce <= count) await begin()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  while (cookies.length < count) await begin()
  return cookies
}
