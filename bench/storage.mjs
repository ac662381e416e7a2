// What a session costs the database, beside the targets of the design: see README.md.
import { data, enter, openLibrary, request, seed } from './library.mjs'
import { median, printTable } from './measure.mjs'
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
  `\nStorage, ${rows} sessions of ${JSON.stringify(data).length} bytes of JSON, ${writes} writes of one key each, to as many sessions:`,
)
printTable(
  ['figure', 'Coatcheck', 'target', 'Django'],
  [
    ['bytes of table and indexes per session', (bytes / rows).toFixed(0), '≤ 300', '351'],
    ['bytes of WAL per write', withoutImages.toFixed(0), '≤ 280', '578'],
    ['HOT share of the writes', (hot / all).toFixed(3), '≥ 0.9', '0'],
    ['bytes of WAL per write right after a checkpoint, page images included', withImages.toFixed(0), '', ''],
  ],
)

/**
 * The median of five rounds. A page's first change after a checkpoint puts its whole image into the WAL (`full_page_writes`):
 * how often that happens is a matter of the server's settings, so it is measured apart.
 */
async function walPerWrite(images) {
  await pool.query(`alter system set full_page_writes = ${images}`)
  await pool.query('select pg_reload_conf()')
  const figures = []
  for (let round = 0; round < 5; round++) {
    await pool.query('checkpoint')
    const { lsn } = await one('select pg_current_wal_insert_lsn() as lsn')
    await writeOnce(round)
    figures.push((await one(`select pg_current_wal_insert_lsn() - '${lsn}'::pg_lsn as bytes`)).bytes / (writes / 5))
  }
  await pool.query('select pg_stat_force_next_flush()').catch(() => {}) // from PostgreSQL 15 on; older ones tell within a second
  return median(figures)
}

/** A fifth of the writes, each to another session, spread over the table. */
async function writeOnce(round) {
  const count = writes / 5
  for (let i = 0; i < count; i++) {
    const visit = request(cookies[(i * 5 + round) * Math.floor(rows / writes)])
    enter(visit)
    const session = await getSession()
    enter(visit)
    await session.set('visits', 456)
  }
}
