// Measures the queries of the administration on two million sessions: lists, searches and statistics. See README.md.
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { drizzleStore, migrate } from '../dist/drizzle.js'
import { seedSessions } from './admin-seed.mjs'
import { median, printTable } from './measure.mjs'
import { createDatabase } from './postgres.mjs'

const rounds = 7
const tables = {
  mixed: ['Every other session is expired; every third session has a user', { apart: false, signedInEvery: 3 }],
  apart: ['All expired sessions are older than all live ones; 100 sessions have a user', { apart: true, signedInEvery: 20_000 }],
}

for (const [name, [description, options]] of Object.entries(tables)) {
  const pool = new pg.Pool({ connectionString: await createDatabase(process.env.DATABASE_URL, `admin_${name}`) })
  await migrate(drizzle(pool))
  await seedSessions(pool, options)
  const statements = []
  const store = drizzleStore(drizzle(pool, { logger: { logQuery: (text, values) => statements.push({ text, values }) } }))
  console.log(`\nAdministration, 1,000,000 live and 1,000,000 expired sessions. ${description}. Times in milliseconds:`)
  const stats = await timesOf(pool, statements, () => store.stats())
  const lists = await listRows(pool, statements, store)
  const head = ['query', 'by creation: database', 'through the store', 'by last use: database', 'through the store']
  printTable(head, [['stats', ...stats, '', ''], ...lists])
  await pool.end()
}

/** Returns a table row for each kind of list, in pages of 50. */
async function listRows(pool, statements, store) {
  const kinds = await listsOf(pool)
  const rows = []
  for (const kind of Object.keys(kinds.created)) {
    const cells = []
    for (const sort of ['created', 'lastSeen']) {
      const page = { sort, limit: 50, ...kinds[sort][kind] }
      cells.push(...(await timesOf(pool, statements, () => store.list(page))))
    }
    rows.push([kind, ...cells])
  }
  return rows
}

/** Returns the planning and execution time of the statements of `run`, as the server reports it, and the time of `run` itself. */
async function timesOf(pool, statements, run) {
  const times = []
  for (let round = 0; round < rounds; round++) {
    statements.length = 0
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  let inDatabase = 0
  for (const { text, values } of statements) {
    const serverTimes = []
    for (let round = 0; round < rounds; round++) {
      const { rows } = await pool.query(`explain (analyze, timing off, format json) ${text}`, values)
      const [{ 'Planning Time': planning, 'Execution Time': execution }] = rows[0]['QUERY PLAN']
      serverTimes.push(planning + execution)
    }
    inDatabase += median(serverTimes)
  }
  return [inDatabase.toFixed(1), median(times).toFixed(1)]
}

/** Returns the kinds of lists in each order. */
async function listsOf(pool) {
  const { rows } = await pool.query(
    'select id, user_id, ip from sessions where user_id is not null and ip is not null offset 60 limit 1',
  )
  const [{ id, user_id: userId, ip }] = rows
  const listsIn = async (sort) => {
    const edge = await lastOfPage1000(pool, sort)
    return {
      'page 1': {},
      'page 1,001': { after: edge },
      'page 999, backwards from the last row of page 1,000': { before: edge },
      ...Object.fromEntries(
        ['active', 'expired', 'signedIn', 'anonymous'].flatMap((status) => [
          [`${status}, page 1`, { status }],
          [`${status}, after page 1,000 of all sessions`, { status, after: edge }],
        ]),
      ),
      'of one user': { userId },
      'search: a user id': { search: userId },
      'search: a user id, active': { search: userId, status: 'active' },
      'search: four digits that start some user ids': { search: userId.slice(0, 4) },
      'search: one digit that starts some user ids and addresses': { search: '1' },
      'search: a session id': { search: id },
      'search: the first 14 characters of a session id': { search: id.slice(0, 14) },
      'search: an IP address': { search: ip },
      'search: half an IP address': { search: ip.slice(0, 6) },
      'search: a text without matches': { search: 'unmatched' },
    }
  }
  return { created: await listsIn('created'), lastSeen: await listsIn('lastSeen') }
}

async function lastOfPage1000(pool, sort) {
  const order = sort === 'created' ? 'id desc' : 'last_seen_at desc, id desc'
  const { rows } = await pool.query(`select id, last_seen_at from sessions order by ${order} offset 49999 limit 1`)
  return { id: rows[0].id, lastSeenAt: rows[0].last_seen_at }
}
