// Compares each engine with raw commands on the same storage. See README.md.
import { randomUUID } from 'node:crypto'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { cookieStore } from '../dist/cookie.js'
import { drizzleStore, migrate } from '../dist/drizzle.js'
import { createSessions } from '../dist/index.js'
import { cachedStore, redisStore } from '../dist/redis.js'
import { memoryStore } from '../dist/testing.js'
import { data, enter, request, secret, seed } from './library.mjs'
import { alternate, median, microsEach, printRatio, printTable, ratio, whole } from './measure.mjs'
import { createDatabase } from './postgres.mjs'
import { raw } from './raw.mjs'
import { startRedis } from './redis.mjs'

const rows = 4_000
const loads = [
  { atOnce: 1, operations: 200, rounds: 11, warmup: 4 },
  { atOnce: 32, operations: 480, rounds: 11, warmup: 4 },
]

const { client: redis, version, stop } = await startRedis()
const pool = new pg.Pool({ connectionString: await createDatabase(process.env.DATABASE_URL, 'engines') })
const db = drizzle(pool)
await migrate(db)
const refs = await insertRaw()
const keys = await fillRedis()
const stored = new Map(keys.map((key) => [key, JSON.stringify(data)]))

const database = {
  name: 'raw prepared SELECT, UPDATE',
  items: refs,
  read: async ({ id, hash }) => (await raw(pool, 'select', [id, hash])).data.name,
  write: ({ id, hash }) => raw(pool, 'update', [id, hash, '{"visits":1235}']),
}
const changed = JSON.stringify({ ...data, visits: 1235 })
const text = {
  name: '`GET`, `SET`',
  items: keys,
  read: async (key) => JSON.parse(await redis.get(key)).name,
  write: (key) => redis.set(key, changed),
}
const hash = {
  name: '`HGETALL`, `HSET`',
  items: keys,
  read: async (key) => (await redis.hGetAll(`hash:${key}`)).name,
  write: (key) => redis.hSet(`hash:${key}`, 'visits', '1235'),
}
const map = {
  name: 'a `Map` of JSON',
  items: keys,
  read: async (key) => JSON.parse(stored.get(key)).name,
  write: async (key) => stored.set(key, JSON.stringify({ ...JSON.parse(stored.get(key)), visits: 1235 })),
}

const engines = [
  { name: 'drizzle', store: drizzleStore(db), rivals: [database] },
  { name: 'redis', store: redisStore(redis), rivals: [text, hash] },
  { name: 'cached', store: cachedStore(drizzleStore(db), redisStore(redis, { prefix: 'cached:' })), rivals: [text, database] },
  { name: 'cookie', store: cookieStore(), rivals: [map] },
  { name: 'memory', store: memoryStore(), rivals: [map] },
]
for (const engine of engines) Object.assign(engine, await open(engine.store))

console.log(`\nEngines, ${whole(rows)} sessions each, Redis ${version}:`)
for (const load of loads) {
  const lines = []
  for (const engine of engines) lines.push(...(await linesOf(engine, load)))
  console.log(`\n${load.atOnce} at a time:`)
  printTable(['engine', 'operation', 'Coatcheck, µs', 'compared with', 'raw, µs', 'ratio of times (quartiles)'], lines)
}
await pool.end()
await stop()

/** Returns `getSession` on a store, and visitors who have a session in it. */
async function open(store) {
  const { getSession } = createSessions({ secret, cookie: { secure: false }, store })
  const visitors = (await seed(getSession, rows)).map((cookie) => ({ cookie }))
  return { getSession, visitors }
}

async function linesOf({ name, getSession, visitors, rivals }, { atOnce, operations, ...rounds }) {
  const read = async (visitor) => {
    enter(request(visitor.cookie))
    return (await getSession()).get('name')
  }
  const loadSession = async (visitor) => {
    visitor.request = request(visitor.cookie)
    enter(visitor.request)
    visitor.session = await getSession()
  }
  const set = async (visitor) => {
    enter(visitor.request)
    await visitor.session.set('visits', 1235)
    visitor.cookie = visitor.request.responseCookies.cookie
  }
  const write = async () => {
    const chosen = pick(visitors, operations)
    await microsEach(chosen, atOnce, loadSession)
    return microsEach(chosen, atOnce, set)
  }
  const rivalSides = (verb) =>
    rivals.map((rival) => [rival.name, () => microsEach(pick(rival.items, operations), atOnce, rival[verb])])
  const reads = { coatcheck: () => microsEach(pick(visitors, operations), atOnce, read), ...Object.fromEntries(rivalSides('read')) }
  const writes = { coatcheck: write, ...Object.fromEntries(rivalSides('write')) }
  await microsEach(visitors, 32, read) // once for each visitor, so that `cached` has its copies
  const lines = []
  for (const [operation, sides] of Object.entries({ 'getSession + get': reads, set: writes })) {
    const { coatcheck, ...others } = await alternate(sides, rounds)
    for (const [rival, rivalTimes] of Object.entries(others)) {
      const times = [median(coatcheck), median(rivalTimes)].map((micros) => micros.toFixed(1))
      lines.push([name, `\`${operation}\``, times[0], rival, times[1], printRatio(ratio(coatcheck, rivalTimes))])
    }
  }
  return lines
}

async function insertRaw() {
  const made = Array.from({ length: rows }, () => ({ id: randomUUID(), hash: randomUUID() }))
  await microsEach(made, 8, ({ id, hash }) => raw(pool, 'insert', [id, hash, JSON.stringify(data)]))
  return made
}

/** Stores the same bytes under each key as text and as a hash, and returns the keys. */
async function fillRedis() {
  const made = Array.from({ length: rows }, () => randomUUID())
  const hashed = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)]))
  await microsEach(made, 32, async (key) => {
    await Promise.all([redis.set(key, JSON.stringify(data)), redis.hSet(`hash:${key}`, hashed)])
  })
  return made
}

/** Returns `count` adjacent items, starting at a random position, so that no item occurs twice in a round. */
function pick(all, count) {
  const from = Math.floor(Math.random() * (all.length - count))
  return all.slice(from, from + count)
}
