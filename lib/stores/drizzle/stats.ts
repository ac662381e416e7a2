import { sql } from 'drizzle-orm'
import type { StartedCount, StoreStats } from '../../core/store/statistics.ts'
import { hourMs, statsDays } from '../../core/store/statistics.ts'
import type { PostgresDatabase } from './database.ts'
import { qualifiedName } from './names.ts'
import type { SessionsTable } from './schema.ts'

/** The result of `sampleQuery`. */
interface Sample {
  readonly now: string
  /** The share of the table's pages that was read; 1 is the whole table. */
  readonly share: number
  readonly totals: readonly [active: number, signedIn: number, expired: number]
  readonly userAgents: readonly (readonly [userAgent: string | null, count: number])[] | null
  readonly hours: readonly (readonly [hour: string, count: number])[] | null
}

/** The size in pages of the largest table that is read completely. Such a table holds about 30,000 rows. */
const maxFullReadPages = 1000
/** The number of random pages that are read of a larger table. */
const samplePages = 500
/**
 * The largest number of sessions that are counted per hour. If an hour has more, the count is extrapolated from the time in which
 * these sessions were created.
 */
const maxCountedPerHour = 50

/**
 * Returns statistics of all sessions. One statement reads a small table completely, or random pages of a large one.
 * Those pages contain too few sessions of each hour, so for a large table a second statement counts the sessions of
 * each hour in the index of ids.
 */
export async function readStats(db: PostgresDatabase, table: SessionsTable): Promise<StoreStats> {
  const { now, share, totals, userAgents, hours } = await queryJson<Sample>(db, sampleQuery(table))
  const estimated = share < 1
  const [active, signedIn, expired] = totals.map((count) => Math.round(count / share)) as [number, number, number]
  return {
    now: utcDate(now),
    active,
    signedIn,
    expired,
    estimated,
    started: estimated
      ? await startedByIndex(db, table, utcDate(now))
      : (hours ?? []).map(([hour, count]) => ({ at: utcDate(hour), count })),
    userAgents: (userAgents ?? []).map(([userAgent, count]) => ({ userAgent, count: Math.round(count / share) })),
  }
}

const utcDate = (text: string) => new Date(`${text}Z`)

async function queryJson<T>(db: PostgresDatabase, query: ReturnType<typeof sql>): Promise<T> {
  const [row] = await db.select({ json: sql<string>`(${query})::text` }).from(sql`(select 1) as one`)
  return JSON.parse(row?.json ?? 'null')
}

const sampleQuery = (table: SessionsTable) => {
  const pages = sql`(pg_relation_size(${qualifiedName(table)}::text::regclass) / current_setting('block_size')::float8)`
  return sql`
  with size as (select case when ${pages} <= ${maxFullReadPages} then 1 else ${samplePages} / ${pages} end as share),
  seen as materialized (
    select ${table.expiresAt} > now() as live, ${table.userId} is not null as signed_in, ${table.userAgent} as user_agent,
      ${table.createdAt} as created_at
    from ${table} tablesample system (100 * (select share from size))
  )
  select json_build_object(
    'now', now() at time zone 'UTC',
    'share', (select share from size),
    'totals', (
      select json_build_array(
        count(*) filter (where live), count(*) filter (where live and signed_in), count(*) filter (where not live)) from seen),
    'userAgents', (
      select json_agg(json_build_array(user_agent, count))
      from (select user_agent, count(*) as count from seen where live group by 1 order by 2 desc limit 100) as agents),
    'hours', (
      select json_agg(json_build_array(hour, count))
      from (
        select date_trunc('hour', created_at at time zone 'UTC') as hour, count(*) as count
        from seen where (select share from size) = 1 group by 1) as hours)
  )`
}

/** Returns the lowest id of an hour. An id starts with its time of creation in milliseconds. */
const lowestIdOf = (hour: string) =>
  sql.raw(`(lpad(to_hex((extract(epoch from ${hour}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`)

const startedQuery = (table: SessionsTable) => sql`
  select json_agg(json_build_array(extract(epoch from hour) * 1000, count, last))
  from generate_series(0, ${sql.raw(String(24 * statsDays - 1))}) as back
  cross join lateral (select date_trunc('hour', now(), 'UTC') - back * interval '1 hour' as hour) as hours
  cross join lateral (
    select count(*) as count, max(id::text) as last from (
      select id from ${table} where id >= ${lowestIdOf('hour')} and id < ${lowestIdOf("hour + interval '1 hour'")}
      order by id limit ${maxCountedPerHour}
    ) as few
  ) as counted
  where count > 0`

/** Estimates the number of sessions that were created in each hour, by at most `maxCountedPerHour` of its ids. */
async function startedByIndex(db: PostgresDatabase, table: SessionsTable, now: Date): Promise<StartedCount[]> {
  type Hours = readonly (readonly [at: number, count: number, lastId: string])[] | null
  const hours = await queryJson<Hours>(db, startedQuery(table))
  return (hours ?? []).map(([at, count, lastId]) => {
    const lengthMs = Math.min(hourMs, now.getTime() - at)
    const factor = count < maxCountedPerHour ? 1 : Math.max(1, lengthMs / (timeOf(lastId) - at + 1))
    return { at: new Date(at), count: Math.round(count * factor) }
  })
}

const timeOf = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16)
