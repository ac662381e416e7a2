// Migrates a table of a million sessions while a reader and a writer use it. See README.md.
import { readFile } from 'node:fs/promises'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { printTable, whole } from './measure.mjs'
import { createDatabase } from './postgres.mjs'

const rows = 1_000_000
const data = { name: 'John Doe', theme: 'dark', visits: 123 }
const oldest = ['0000_sessions', '0001_fillfactor']
// The first argument can name the module of another version, relative to this folder.
const { migrate } = await import(process.argv[2] ?? '../dist/drizzle.js')

const url = await createDatabase(process.env.DATABASE_URL, 'migrate')
const pool = new pg.Pool({ connectionString: url })
const ids = await fill()
let isDone = false
const loops = [
  longest('select id, data from sessions where id = $1'),
  longest(`update sessions set data = data || '{"n":1}', version = version + 1 where id = $1`),
]
const startedAt = performance.now()
const applied = await migrate(drizzle(pool))
const seconds = (performance.now() - startedAt) / 1000
isDone = true
const pauses = await Promise.all(loops)
console.log(`\n${applied} migrations of ${whole(rows)} sessions:`)
printTable(['seconds', 'longest read, ms', 'longest write, ms'], [[seconds.toFixed(1), ...pauses.map((ms) => ms.toFixed(0))]])
await pool.end()

/** Creates the table as it was after the oldest migrations, with rows. Returns some of their ids. */
async function fill() {
  const { entries } = JSON.parse(await readFile(new URL('../drizzle/meta/_journal.json', import.meta.url), 'utf8'))
  await pool.query('create table coatcheck_migrations (created_millis bigint primary key, applied_at timestamptz default now())')
  for (const { when } of entries.filter(({ tag }) => oldest.includes(tag))) {
    await pool.query('insert into coatcheck_migrations (created_millis) values ($1)', [when])
  }
  for (const tag of oldest) await pool.query(await readFile(new URL(`../drizzle/${tag}.sql`, import.meta.url), 'utf8'))
  await pool.query(
    `insert into sessions (id, token_hash, expires_at, user_id, ip, data)
     select gen_random_uuid(), gen_random_uuid(), now() + interval '14 days', i::text, '192.0.2.' || i % 256, $1
     from generate_series(1, $2::int) as i`,
    [data, rows],
  )
  await pool.query('vacuum analyze sessions')
  return (await pool.query('select id from sessions limit 1000')).rows.map(({ id }) => id)
}

/** Repeats a statement until the end, and returns the longest time that it took in milliseconds. */
async function longest(text) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  let max = 0
  for (let i = 0; !isDone; i++) {
    const sentAt = performance.now()
    await client.query(text, [ids[i % ids.length]])
    max = Math.max(max, performance.now() - sentAt)
  }
  await client.end()
  return max
}
