// Measures the storage that a session needs in the database and compares it with the targets. See README.md.
import { data, enter, openLibrary, request, seed } from './library.mjs'
import { median, printTable, whole } from './measure.mjs'
import { createDatabase } from './postgres.mjs'

const rows = 100_000
const writes = 10_000

const { pool, getSession } = await openLibrary(await createDatabase(process.env.DATABASE_URL, 'storage'))
const one = async (text) => (await pool.query(text)).rows[0]
const cookies = await seed(getSession, rows)
const { bytes } = await one("select pg_total_relation_size('sessions')::float8 as bytes")

const withoutImages = await walPerWrite('off')
const { hot, all } = await one(
  "select n_tup_hot_upd::float8 as hot, n_tup_upd::float8 as all from pg_stat_user_tables where relname = 'sessions'",
)
const withImages = await walPerWrite('on')
await pool.end()

console.log(
  `\nStorage, ${whole(rows)} sessions of ${JSON.stringify(data).length} bytes of JSON, ${whole(writes)} writes of one key, each to a different session:`,
)
printTable(
  ['value', 'Coatcheck', 'target', 'Django'],
  [
    ['bytes of table and indexes per session', (bytes / rows).toFixed(0), '≤ 300', '351'],
    ['bytes of WAL per write', withoutImages.toFixed(0), '≤ 280', '578'],
    ['HOT share of the writes', (hot / all).toFixed(3), '≥ 0.9', '0'],
    ['bytes of WAL per write directly after a checkpoint, including page images', withImages.toFixed(0), '', ''],
  ],
)

/**
 * Returns the median of five rounds in bytes. With `full_page_writes`, the first change of a page after a checkpoint writes the
 * image of the whole page to the WAL. The frequency of checkpoints depends on the server's settings, so this is measured
 * separately.
 */
async function walPerWrite(images) {
  await pool.query(`alter system set full_page_writes = ${images}`)
  await pool.query('select pg_reload_conf()')
  const bytesPerWrite = []
  for (let round = 0; round < 5; round++) {
    await pool.query('checkpoint')
    const { lsn } = await one('select pg_current_wal_insert_lsn() as lsn')
    await writeOnce(round)
    bytesPerWrite.push((await one(`select pg_current_wal_insert_lsn() - '${lsn}'::pg_lsn as bytes`)).bytes / (writes / 5))
  }
  await pool.query('select pg_stat_force_next_flush()').catch(() => {}) // Needs PostgreSQL 15. Older servers flush within a second.
  return median(bytesPerWrite)
}

/** Performs a fifth of the writes, each to a different session, spread over the table. */
async function writeOnce(round) {
  const count = writes / 5
  for (let i = 0; i < count; i++) {
    const current = request(cookies[(i * 5 + round) * Math.floor(rows / writes)])
    enter(current)
    const session = await getSession()
    enter(current)
    await session.set('visits', 456)
  }
}
