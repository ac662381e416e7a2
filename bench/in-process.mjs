// Compares the library with the same work written by hand on the same driver, in one process. See README.md.
import { randomUUID } from 'node:crypto'
import { data, enter, openLibrary, request, seed } from './library.mjs'
import { alternate, median, microsEach, printRatio, printTable, ratio, whole } from './measure.mjs'
import { createDatabase } from './postgres.mjs'
import { raw } from './raw.mjs'

const rows = 100_000
const loads = [
  { atOnce: 1, operations: 200, rounds: 40, warmup: 30 },
  { atOnce: 32, operations: 960, rounds: 25, warmup: 25 },
]

const { pool, getSession } = await openLibrary(await createDatabase(process.env.DATABASE_URL, 'in_process'))
const { ours, theirs } = divide(await seed(getSession, rows), await refs())

const visitors = (count) => pick(ours, count).map((visitor) => ({ visitor }))
const anonymous = (count) => Array.from({ length: count }, () => ({ visitor: { cookie: undefined } }))
const rawVisitors = (count) => pick(theirs, count)
const rawAnonymous = (count) => Array.from({ length: count }, () => ({ id: randomUUID(), hash: randomUUID() }))

async function read({ visitor }) {
  enter(request(visitor.cookie))
  return (await getSession()).get('name')
}

/** Loads the session for a writer. */
async function open(item) {
  item.request = request(item.visitor.cookie)
  enter(item.request)
  item.session = await getSession()
}

/** Returns a job that writes and keeps the new cookie for the next round. */
const writing = (write) => async (item) => {
  enter(item.request)
  await write(item.session)
  item.visitor.cookie = item.request.responseCookies.cookie
}
const set = writing((session) => session.set('visits', 1235))
const setAll = writing((session) => session.set(data))
const cycleKey = writing((session) => session.cycleKey())
const login = writing((session) => session.login('4711'))

const rawRead = async (ref) => (await raw(pool, 'select', [ref.id, ref.hash])).data.name
const rawSet = ({ id, hash }) => raw(pool, 'update', [id, hash, '{"visits":1235}'])
const rawInsert = ({ id, hash }) => raw(pool, 'insert', [id, hash, JSON.stringify(data)])
const rotating = (name, more) => async (ref) => {
  const newHash = randomUUID()
  await raw(pool, name, [ref.id, ref.hash, newHash, ...more])
  ref.hash = newHash
}
const rawStatementOfSet = await statementOfSet()
const rawRotate = rotating('rotate', [])
const rawLogin = rotating('login', ['4711'])

/** `before` prepares each item and is not measured. */
const cases = [
  { name: 'getSession + get', goal: { 1: '≤ 1.15', 32: '≤ 0.50' }, run: read, rawRun: rawRead },
  { name: 'set', goal: { 1: '≤ 1.15' }, before: open, run: set, rawRun: rawSet },
  {
    name: 'set',
    label: '`set`, compared with its own statement through the bare driver',
    before: open,
    run: set,
    rawRun: rawStatementOfSet,
  },
  { name: 'getSession + set', run: inTurn(open, set), rawRun: inTurn(rawRead, rawSet) },
  { name: 'first set', items: anonymous, rawItems: rawAnonymous, run: inTurn(open, setAll), rawRun: rawInsert },
  { name: 'cycleKey', before: open, run: cycleKey, rawRun: rawRotate },
  { name: 'login', before: open, run: login, rawRun: rawLogin },
]

for (const { atOnce, operations, rounds, warmup } of loads) {
  const lines = []
  for (const one of cases) {
    const { items = visitors, rawItems = rawVisitors, before, run, rawRun } = one
    const sides = {
      coatcheck: async () => {
        const prepared = items(operations)
        if (before) await microsEach(prepared, atOnce, before)
        return microsEach(prepared, atOnce, run)
      },
      raw: async () => {
        const prepared = rawItems(operations)
        if (before) await microsEach(prepared, atOnce, rawRead)
        return microsEach(prepared, atOnce, rawRun)
      },
    }
    const times = await alternate(sides, { rounds, warmup })
    lines.push(lineOf(one, atOnce, times))
  }
  console.log(`\nIn process, ${atOnce} at a time, ${whole(rows)} rows:`)
  printTable(['operation', 'raw, µs', 'Coatcheck, µs', 'Coatcheck, per second', 'ratio of times (quartiles)', 'goal'], lines)
}
await pool.end()

function lineOf({ name, label = `\`${name}\``, goal = {} }, atOnce, { coatcheck, raw }) {
  const [micros, rawMicros] = [median(coatcheck), median(raw)]
  const cell = printRatio(ratio(coatcheck, raw))
  return [label, rawMicros.toFixed(1), micros.toFixed(1), whole(1_000_000 / micros), cell, goal[atOnce] ?? '']
}

/**
 * Returns a job that sends the library's own UPDATE of `set`, with expiry, touch and version check, through the bare driver. It
 * separates the cost of the library from the cost of its SQL.
 */
async function statementOfSet() {
  const item = { visitor: ours[0] }
  await open(item)
  const { query } = pool
  let sent
  pool.query = (config, values) => {
    sent = { text: config.text, values }
    return query.call(pool, config, values)
  }
  await set(item)
  pool.query = query
  const { rows } = await pool.query('select id, token_hash as hash from sessions where id = $1', [item.session.id])
  const [idAt, hashAt] = [rows[0].id, rows[0].hash].map((value) => sent.values.indexOf(value))
  return (ref) => {
    const values = sent.values.with(idAt, ref.id).with(hashAt, ref.hash)
    return pool.query({ name: 'same_set', text: sent.text, values, rowMode: 'array' })
  }
}

function inTurn(first, second) {
  return async (item) => {
    await first(item)
    await second(item)
  }
}

/** Returns `count` adjacent items, starting at a random position, so that no session occurs twice in a round. */
function pick(all, count) {
  const from = Math.floor(Math.random() * (all.length - count))
  return all.slice(from, from + count)
}

/** Returns all rows in random order, so that neighbours in a round do not share pages of the table. */
async function refs() {
  return (await pool.query('select id, token_hash as hash from sessions order by random()')).rows
}

/** Gives each side half of the sessions, because a rotation by one side would invalidate the token of the other. */
function divide(cookies, refs) {
  const cookieOf = new Map(cookies.map((cookie) => [Buffer.from(cookie.split('.')[1], 'base64url').toString('hex'), cookie]))
  const half = refs.length / 2
  const ours = refs.slice(0, half).map(({ id }) => ({ cookie: cookieOf.get(id.replaceAll('-', '')) }))
  return { ours, theirs: refs.slice(half) }
}
