import { sql } from 'drizzle-orm'
import type { StartedCount, StoreStats } from '../../core/store/statistics.ts'
import { hourMs, statsDays } from '../../core/store/statistics.ts'
import type { PostgresDatabase } from './database.ts'
import { sessionsTable as table } from './schema.ts'

/** What `sample` answers, as JSON. */
interface Sample {
  readonly now: string
  /** Of the table's pages; 1: all of them. */
  readonly share: number
  readonly totals: readonly [active: number, signedIn: number, expired: number]
  readonly userAgents: readonly (readonly [userAgent: string | null, count: number])[] | null
  readonly hours: readonly (readonly [hour: string, count: number])[] | null
}

/** A table of so many pages, some 30,000 rows, is counted whole. */
const wholePages = 1000
/** Of a larger one, so many. */
const samplePages = 500
/** Sessions of one hour that are counted; where there are more, the time that these came in tells how many. */
const countedPerHour = 50

/**
 * The figures of all sessions: by one statement, which reads a small table whole and of a large one some pages at random. These
 * hold too few sessions of each hour, so a second statement then counts in the index of ids.
 */
export async function readStats(db: PostgresDatabase): Promise<StoreStats> {
  const { now, share, totals, userAgents, hours } = await ask<Sample>(db, sample)
  const estimated = share < 1
  const [active, signedIn, expired] = totals.map((count) => Math.round(count / share)) as [number, number, number]
  return {
    now: utc(now),
    active,
    signedIn,
    expired,
    estimated,
    started: estimated ? await begunInIndex(db, utc(now)) : (hours ?? []).map(([hour, count]) => ({ at: utc(hour), count })),
    userAgents: (userAgents ?? []).map(([userAgent, count]) => ({ userAgent, count: Math.round(count / share) })),
  }
}

const utc = (text: string) => new Date(`${text}Z`)

async function ask<T>(db: PostgresDatabase, query: ReturnType<typeof sql>): Promise<T> {
  const [answer] = await db.select({ json: sql<string>`(${query})::text` }).from(sql`(select 1) as one`)
  return JSON.parse(answer?.json ?? 'null')
}

const pages = sql`(pg_relation_size('sessions'::regclass) / current_setting('block_size')::float8)`

const sample = sql`
  with size as (select case when ${pages} <= ${wholePages} then 1 else ${samplePages} / ${pages} end as share),
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

/** An id begins with the time at which it was made, in milliseconds. */
const firstIdOf = (hour: string) =>
  sql.raw(`(lpad(to_hex((extract(epoch from ${hour}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`)

const begun = sql`
  select json_agg(json_build_array(extract(epoch from hour) * 1000, count, last))
  from generate_series(0, ${sql.raw(String(24 * statsDays - 1))}) as back
  cross join lateral (select date_trunc('hour', now(), 'UTC') - back * interval '1 hour' as hour) as hours
  cross join lateral (
    select count(*) as count, max(id::text) as last from (
      select id from ${table} where id >= ${firstIdOf('hour')} and id < ${firstIdOf("hour + interval '1 hour'")}
      order by id limit ${countedPerHour}
    ) as few
  ) as counted
  where count > 0`

async function begunInIndex(db: PostgresDatabase, now: Date): Promise<StartedCount[]> {
  const hours = await ask<readonly (readonly [at: number, count: number, last: string])[] | null>(db, begun)
  return (hours ?? []).map(([at, count, last]) => {
    const lengthMs = Math.min(hourMs, now.getTime() - at)
    const timesMore = count < countedPerHour ? 1 : Math.max(1, lengthMs / (timeOf(last) - at + 1))
    return { at: new Date(at), count: Math.round(count * timesMore) }
  })
}

const timeOf = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16)
