// Compares a read of a session that is bound to its device with a read of one that is not, in one process. See README.md.
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { DeviceSigner } from '../dist/core/cookie/device.js'
import { deviceKeyInfo } from '../dist/core/cookie/keys.js'
import { drizzleStore, migrate } from '../dist/drizzle.js'
import { createSessions } from '../dist/index.js'
import { nodeMacs } from '../dist/web/node-crypto.js'
import { cookieName, enter, requestWithProof, secret, seed } from './library.mjs'
import { alternate, median, microsEach, printRatio, printTable, ratio, whole } from './measure.mjs'
import { createDatabase } from './postgres.mjs'

const rows = 40_000
const loads = [
  { atOnce: 1, operations: 200, rounds: 100, warmup: 40 },
  { atOnce: 32, operations: 960, rounds: 60, warmup: 30 },
]

const pool = new pg.Pool({ connectionString: await createDatabase(process.env.DATABASE_URL, 'device') })
const db = drizzle(pool)
await migrate(db)
const shared = { secret, cookie: { secure: false } }
const { getSession } = createSessions({ ...shared, deviceBinding: true, store: drizzleStore(db) })
const { getSession: getWithout } = createSessions({ ...shared, store: drizzleStore(db) })

const cookies = await seed(getSession, rows)
const signer = new DeviceSigner(cookieName, nodeMacs([secret], deviceKeyInfo))
const visitors = await Promise.all(cookies.map(async (cookie) => ({ cookie, id: idIn(cookie) })))
const [bound, unbound] = [visitors.slice(0, rows / 2), visitors.slice(rows / 2)]
await bind()

const read = (get) => async (visitor) => {
  enter(requestWithProof(visitor.cookie, visitor.proof))
  return (await get()).get('name')
}
const sides = {
  'bound, with a proof': [bound, read(getSession)],
  'not bound': [unbound, read(getSession)],
  'without the option': [unbound, read(getWithout)],
}

for (const { atOnce, operations, rounds, warmup } of loads) {
  const cpu = Object.fromEntries(Object.keys(sides).map((name) => [name, []]))
  const measured = Object.entries(sides).map(([name, [from, run]]) => {
    const round = async () => {
      const items = pick(from, operations)
      const before = process.cpuUsage()
      const micros = await microsEach(items, atOnce, run)
      const { user, system } = process.cpuUsage(before)
      cpu[name].push((user + system) / operations)
      return micros
    }
    return [name, round]
  })
  const times = await alternate(Object.fromEntries(measured), { rounds, warmup })
  for (const name of Object.keys(cpu)) cpu[name].splice(0, warmup)
  const lines = Object.keys(sides).map((name) => [name, ...columns(times, name), ...columns(cpu, name)])
  console.log(`\n\`getSession + get\`, ${atOnce} at a time, ${whole(rows)} rows, ${rounds} rounds:`)
  const head = ['µs', 'best round', 'ratio to "not bound" (quartiles)']
  printTable(['session', ...head, 'CPU µs', ...head.slice(1)], lines)
}
await pool.end()

/** Returns the median, the best round and the ratio of one side. */
function columns(results, name) {
  const each = results[name]
  return [median(each).toFixed(1), Math.min(...each).toFixed(1), printRatio(ratio(each, results['not bound']))]
}

/** Binds half of the sessions, and creates their proofs. Rewrites all rows, so that bound and other rows stay mixed on disk. */
async function bind() {
  const key = `1.${'t'.repeat(43)}.${'x'.repeat(43)}.${'y'.repeat(43)}`
  const ids = bound.map(({ id }) => id)
  await pool.query('update sessions set device_key = case when id = any($1) then $2 end', [ids, key])
  await pool.query('vacuum full analyze sessions')
  const expires = Math.floor(Date.now() / 1000) + 36_000
  for (const visitor of bound) visitor.proof = await signer.cookie(visitor.id, expires)
}

function idIn(cookie) {
  const hex = Buffer.from(cookie.split('.')[1], 'base64url').toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** Returns `count` adjacent items, starting at a random position. */
function pick(all, count) {
  const from = Math.floor(Math.random() * (all.length - count))
  return all.slice(from, from + count)
}
