// npm run seed -- --sessions 1000000 --expired-share 0.5: inserts example sessions into the demo's database. No browser has a
// cookie for them.
import { parseArgs } from 'node:util'
import { buildLibrary, fail, root } from './setup.mjs'

const { sessions, share } = options()
buildLibrary()
const [{ sql }, { openApp }, { loadEnvFiles }, { printableError }, { startProgress }, { processTerminal }] = await Promise.all([
  import('drizzle-orm'),
  import('../dist/cli/app.js'),
  import('../dist/cli/environment.js'),
  import('../dist/cli/errors.js'),
  import('../dist/cli/progress.js'),
  import('../dist/cli/terminal.js'),
])

const day = 86_400
const days = 30
const userAgents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
  'Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'curl/8.14.1',
]

const firstNames =
  'ada alan anna barbara carlos chen dennis edsger fatima grace hedy ivan jean kateryna linus margaret niklaus olu priya radia'
const lastNames =
  'abara berg costa dubois evans fischer garcia hansen ito jones kim lopez moreau novak okafor patel rossi silva tran weber'

// The number of sessions grows, and it varies by day and week: most sessions start in the afternoon (UTC), and few on weekends. To
// achieve this, a sine shifts evenly spread times. An amplitude is the largest shift, in days.
const dailyAmplitude = 0.55 / (2 * Math.PI)
const weeklyAmplitude = (7 * 0.3) / (2 * Math.PI)
const saturday = 2.5 // The day of the epoch with the fewest sessions. The epoch began on a Thursday.
const rhythm = rhythmUntil(Date.now() / 1000 / day)

process.chdir(root) // The demo runs in this folder, and its DATA_DIR is relative to it.
const terminal = processTerminal(loadEnvFiles(root))
try {
  await seed()
} catch (error) {
  fail(printableError(error, 'seed').message)
}

function options() {
  try {
    const { values } = parseArgs({ options: { sessions: { type: 'string' }, 'expired-share': { type: 'string' } } })
    const [sessions, share] = [Number(values.sessions ?? 10_000), Number(values['expired-share'] ?? 0.5)]
    if (Number.isSafeInteger(sessions) && sessions > 0 && share >= 0 && share <= 1) return { sessions, share }
  } catch {
    // The usage below is printed.
  }
  return fail('Usage: npm run seed -- [--sessions 10000] [--expired-share 0.5]')
}

async function seed() {
  const app = await openApp(terminal)
  if (!app.database) fail(`SESSION_ENGINE is ${app.store.name}, but seeding needs a database. Set it to db or cached.`)
  const { driver, db, description } = await app.database() // also migrates the database
  try {
    const users = await userIds(db)
    console.log(`Filling ${description} …`)
    const progress = await startProgress(terminal, sessions, 'sessions')
    const started = performance.now()
    const batch = driver === '@electric-sql/pglite' ? 2_000 : 25_000
    for (let done = 0; done < sessions; done += batch) {
      const last = Math.min(done + batch, sessions)
      await db.execute(insertion(done + 1, last, users))
      progress.update(last)
    }
    progress.stop()
    await db.execute(sql`analyze sessions`)
    console.log(`Stored ${sessions.toLocaleString('en')} sessions in ${((performance.now() - started) / 1000).toFixed(1)} s.`)
  } finally {
    await app.close()
  }
}

/**
 * Returns the ids of the demo's accounts, if the demo has been started, and the number of invented users. Each gets about 20
 * sessions. Some invented users get a name, but no password.
 */
async function userIds(db) {
  const invented = Math.max(5, Math.round(sessions / 20))
  const [{ there }] = await db.select({ there: sql`to_regclass('users') is not null` }).from(sql`(select 1) as one`)
  if (!there) return { known: [], invented }
  const accounts = sql`users where username in ('admin', 'demo') order by username`
  const known = await db.select({ id: sql`id::text` }).from(accounts)
  await db.execute(sql`
    insert into users (id, username, password_hash)
    select md5('seed ' || number)::uuid, (string_to_array(${firstNames}, ' '))[1 + number % 20] || '.' ||
      (string_to_array(${lastNames}, ' '))[1 + (number + number / 20) % 20], 'none'
    from generate_series(0, ${Math.min(invented, 400) - 1}::int) as number
    on conflict do nothing`)
  return { known: known.map(({ id }) => id), invented }
}

/**
 * Returns the INSERT of the sessions `first` to `last`, in the order of creation, over the last 30 days. The expired ones are
 * spread evenly. Ids are version 7 UUIDs with the time of creation. The token hashes are random, so no token matches them.
 */
function insertion(first, last, { known, invented }) {
  // Each account of the demo gets about five sessions, so that its list of devices stays short.
  const accounts = 0.4 + Math.min(0.02, 10 / sessions)
  const agents = sql.raw(`(array[${userAgents.map((agent) => `'${agent}'`).join(', ')}])`)
  return sql`
    with moment as (${moments(first, last)}), person as (
      select *, lpad(to_hex(millis), 12, '0') as head, timestamptz 'epoch' + millis * interval '1 millisecond' as created,
        now() - idle * interval '1 second' as seen, expired and idle < ${14 * day}::float8 as short,
        case when chance < 0.4 then null
          when chance < ${accounts}::float8 then (string_to_array(${known.join(',')}, ','))[1 + floor(pick * ${known.length}::float8)::int]
          else md5('seed ' || floor(pick * pick * ${invented}::float8))::uuid::text end as person
      from moment
    )
    insert into sessions (id, token_hash, created_at, authenticated_at, last_seen_at, expires_at, expiry_idle_seconds, user_id, ip, user_agent, version, data)
    select
      (substr(head, 1, 8) || '-' || substr(head, 9) || '-7' || substr(hex, 14, 3) || '-' || substr(hex, 17, 4) || '-' || substr(hex, 21))::uuid,
      gen_random_uuid(), created, case when person is null then null else created end, greatest(seen, created),
      greatest(seen, created) + case when short then interval '1 hour' else interval '14 days' end, case when short then 3600 end, person,
      case when i % 10 = 0 then '2001:db8::' || to_hex(floor(pick * 65535)::int)
        else (array['192.0.2.', '198.51.100.', '203.0.113.'])[1 + i % 3] || floor(pick * 255)::int end,
      ${agents}[1 + floor(chance * chance * ${userAgents.length}::float8)::int],
      1 + floor(pick * 40)::int,
      jsonb_build_object('theme', (array['dark', 'light'])[1 + i % 2])
        || case when chance > 0.5 then jsonb_build_object('name', initcap((string_to_array(${firstNames}, ' '))[1 + floor(part * 20)::int])) else '{}' end
        || case when pick < 0.6 then jsonb_build_object('counter', floor(pick * 40)::int) else '{}' end
        || case when part < 0.3 then jsonb_build_object('cart', jsonb_build_array(jsonb_build_object(
          'id', (array['scarf', 'gloves', 'umbrella', 'hanger'])[1 + floor(pick * 4)::int], 'quantity', 1 + i % 3))) else '{}' end
    from person`
}

/**
 * Returns the time in days since the epoch, and the phase of the daily variation. The sine would shift the last session into the
 * future, so all times are shifted back by the same duration. The phase compensates for that.
 */
function rhythmUntil(today) {
  let peak = 0.1
  for (let round = 0; round < 50; round++) peak = 0.1 + dailyAmplitude * Math.sin(2 * Math.PI * (today - peak))
  return { today, peak }
}

/**
 * Returns a query for the creation time of each session, in epoch milliseconds, and the seconds since its last use. Expired
 * sessions were last used more than an hour ago.
 */
function moments(first, last) {
  const { today, peak } = rhythm
  return sql`
    select *, floor(extract(epoch from now()) * 1000)::bigint - floor(age * 1000)::bigint as millis,
      case when expired then age - part * (age - 3601) else part * least(age, ${13.5 * day}::float8) end as idle
    from (
      select *, case when expired and ordered < 3700 then 3700 + 2 * ordered else ordered end as age
      from (
        select i, floor(i * ${share}::float8) > floor((i - 1) * ${share}::float8) as expired,
          ${day}::float8 * (${today}::float8 - weekly - ${dailyAmplitude}::float8 * (
            sin(2 * pi() * (weekly - ${peak}::float8)) - sin(2 * pi() * (${today}::float8 - ${peak}::float8)))) as ordered,
          random() as chance, random() as pick, random() as part, replace(gen_random_uuid()::text, '-', '') as hex
        from (
          select i, grown + ${weeklyAmplitude}::float8 * (
            sin(2 * pi() / 7 * (grown - ${saturday}::float8)) - sin(2 * pi() / 7 * (${today}::float8 - ${saturday}::float8))) as weekly
          from (
            select i, ${today}::float8 - ${days}::float8 * (1 - power((i - random()) / ${sessions}::float8, 0.8)) as grown
            from generate_series(${first}::int, ${last}::int) as i
          ) as growth
        ) as week
      ) as number
    ) as aged`
}
