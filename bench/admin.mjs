// What an operator's pages cost where there are many sessions: lists, searches, figures. See README.md.
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { drizzleStore, migrate } from '../dist/drizzle.js'
import { seedSessions } from './admin-seed.mjs'
import { median, printTable } from './measure.mjs'
import { createDatabase } from './postgres.mjs'

const rounds = 7
const worlds = {
  mixed: ['every other one has expired, every third has a user', { apart: false, signedInEvery: 3 }],
  apart: ['all that have expired are older than all others, 100 have a user', { apart: true, signedInEvery: 20_000 }],
}

for (const [name, [words, world]] of Object.entries(worlds)) {
  const pool = new pg.Pool({ connectionString: await createDatabase(process.env.DATABASE_URL, `admin_${name}`) })
  await migrate(drizzle(pool))
  await seedSessions(pool, world)
  const statements = []
  const store = drizzleStore(drizzle(pool, { logger: { logQuery: (text, values) => statements.push({ text, values }) } }))
  console.log(`\nAdministration, 1,000,000 live and 1,000,000 expired sessions: ${words}; milliseconds:`)
  const stats = await timesOf(pool, statements, () => store.stats())
  const lists = await listRows(pool, statements, store)
  const head = ['what', 'by creation: database', 'through the store', 'by last use: database', 'through the store']
  printTable(head, [['stats', ...stats, '', ''], ...lists])
  await pool.end()
}

/** A row of the table for each kind of list: pages of 50. */
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

/** What the server needs to plan and run the statements of `ask`, by its own account; and how long `ask` takes. */
async function timesOf(pool, statements, ask) {
  const taken = []
  for (let round = 0; round < rounds; round++) {
    statements.length = 0
    const start = performance.now()
    await ask()
    taken.push(performance.now() - start)
  }
  let inDatabase = 0
  for (const { text, values } of statements) {
    const figures = []
    for (let round = 0; round < rounds; round++) {
      const { rows } = await pool.query(`explain (analyze, timing off, format json) ${text}`, values)
      const [{ 'Planning Time': planning, 'Execution Time': execution }] = rows[0]['QUERY PLAN']
      figures.push(planning + execution)
    }
    inDatabase += median(figures)
  }
  return [inDatabase.toFixed(1), median(taken).toFixed(1)]
}

/** The kinds of lists in either order. */
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
      'page 999, from the last row of page 1,000 back': { before: edge },
      ...Object.fromEntries(
        ['active', 'expired', 'signedIn', 'anonymous'].flatMap((status) => [
          [`${status}, page 1`, { status }],
          [`${status}, beyond page 1,000 of all`, { status, after: edge }],
        ]),
      ),
      'of one user': { userId },
      'search: a user id': { search: userId },
      'search: a user id, active': { search: userId, status: 'active' },
      'search: four digits, with which user ids begin': { search: userId.slice(0, 4) },
      'search: one digit, with which user ids and addresses begin': { search: '1' },
      'search: a session id': { search: id },
      'search: 14 characters, with which a session id begins': { search: id.slice(0, 14) },
      'search: an IP address': { search: ip },
      'search: half an IP address': { search: ip.slice(0, 6) },
      'search: what nothing begins with': { search: 'nobody' },
    }
  }
  return { created: await listsIn('created'), lastSeen: await listsIn('lastSeen') }
}

async function lastOfPage1000(pool, sort) {
  const order = sort === 'created' ? 'id desc' : 'last_seen_at desc, id desc'
  const { rows } = await pool.query(`select id, last_seen_at from sessions order by ${order} offset 49999 limit 1`)
  return { id: rows[0].id, lastSeenAt: rows[0].last_seen_at }
}
