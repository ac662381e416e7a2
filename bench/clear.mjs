// Clears a million expired sessions while other connections read live ones. See README.md.
import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { drizzleStore, migrate } from '../dist/drizzle.js'
import { createSessions } from '../dist/index.js'
import { data, secret } from './library.mjs'
import { printTable, quantile, whole } from './measure.mjs'
import { createDatabase } from './postgres.mjs'

const expired = 1_000_000
const live = 100_000
const quietMillis = 4_000
const readers = 8
const pauseMillis = 5

if (isMainThread) await measure()
else await read()

async function measure() {
  const methods = {
    'one `DELETE … WHERE expires_at <= now()`': (pool) => pool.query('delete from sessions where expires_at <= now()'),
    '`sessions.clearExpired()`': (pool) => {
      const { clearExpired } = createSessions({ secret, store: drizzleStore(drizzle(pool)) })
      return clearExpired()
    },
  }
  const lines = []
  for (const [index, [name, clear]] of Object.entries(methods).entries()) {
    const url = await createDatabase(process.env.DATABASE_URL, `clear_${index}`)
    const pool = new pg.Pool({ connectionString: url })
    await fill(pool)
    lines.push([name, ...(await withReaders(url, () => clear(pool)))])
    const { rows } = await pool.query('select count(*)::int as left from sessions')
    if (rows[0].left !== live) throw new Error(`${name} left ${rows[0].left} rows instead of ${live}`)
    await pool.end()
  }
  console.log(`\nClearing ${whole(expired)} expired sessions among ${whole(live)} live ones, with ${readers} readers:`)
  printTable(
    [
      'method',
      'seconds',
      'reads per second during clearing',
      'reads before, p50 / p99 ms',
      'reads during, p50 / p99 ms',
      'longest read, ms',
    ],
    lines,
  )
}

/** Inserts expired and live sessions in mixed order, as in the table of an app. */
async function fill(pool) {
  await migrate(drizzle(pool))
  await pool.query(
    `insert into sessions (id, token_hash, expires_at, data)
     select gen_random_uuid(), gen_random_uuid(), now() + case when i % $1 = 0 then interval '14 days' else -random() * interval '30 days' end, $2
     from generate_series(1, $3::int) as i`,
    [expired / live + 1, data, expired + live],
  )
  await pool.query('vacuum analyze sessions')
}

/** Returns the seconds that `clear` took, and the times of readers in another thread before and during it. */
async function withReaders(url, clear) {
  const worker = new Worker(new URL(import.meta.url), { workerData: url })
  await once(worker, 'message') // the readers have started
  const take = async () => {
    worker.postMessage('take')
    return (await once(worker, 'message'))[0]
  }
  await take()
  await new Promise((resolve) => setTimeout(resolve, quietMillis))
  const before = await take()
  const started = performance.now()
  await clear()
  const seconds = (performance.now() - started) / 1000
  const during = await take()
  worker.postMessage('stop')
  await once(worker, 'exit')
  const percentiles = (millis) => `${quantile(millis, 0.5).toFixed(2)} / ${quantile(millis, 0.99).toFixed(2)}`
  return [
    seconds.toFixed(2),
    whole(during.length / seconds),
    percentiles(before),
    percentiles(during),
    Math.max(...during).toFixed(1),
  ]
}

/** Runs in the thread of the readers: finds random live sessions through the store and reports the milliseconds of each read. */
async function read() {
  const pool = new pg.Pool({ connectionString: workerData })
  const { rows: refs } = await pool.query(
    'select id, token_hash as "tokenHash" from sessions where expires_at > now() order by random() limit 10000',
  )
  const store = drizzleStore(drizzle(pool))
  let [millis, reading] = [[], true]
  parentPort.on('message', (message) => {
    if (message === 'stop') reading = false
    else parentPort.postMessage(millis.splice(0))
  })
  const reader = async () => {
    while (reading) {
      const started = performance.now()
      const found = await store.find(refs[Math.floor(Math.random() * refs.length)])
      millis.push(performance.now() - started)
      if (!found) throw new Error('A live session was not found')
      await new Promise((resolve) => setTimeout(resolve, pauseMillis * Math.random() * 2))
    }
  }
  const all = Promise.all(Array.from({ length: readers }, reader))
  parentPort.postMessage('reading')
  await all
  parentPort.close()
  await pool.end()
}
