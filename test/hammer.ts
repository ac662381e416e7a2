import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { drizzleStore } from '../lib/drizzle.ts'
import { cachedStore, redisStore } from '../lib/redis.ts'
import { HammerLane } from './hammer-lane.ts'
import type { HammerEffect, HammerRead } from './hammer-rules.ts'
import { watch } from './watched.ts'

/** The stores that are hammered, by the names that users know. */
export const hammered = ['db', 'redis', 'cached'] as const

/** The task of one process. */
export interface HammerTask {
  readonly store: (typeof hammered)[number]
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly prefix: string
  /** The name of this process, a part of each value that it writes. */
  readonly name: string
  /** The number of rounds of 18 operations. */
  readonly rounds: number
}

/** The operations and reads of one process. */
export interface HammerReport {
  readonly effects: readonly HammerEffect[]
  readonly reads: readonly HammerRead[]
  /** The values that `pop` returned. */
  readonly popped: readonly string[]
  /** The number of operations by their kind and result: 'set', or 'set INTERRUPTED'. */
  readonly counts: Readonly<Record<string, number>>
  /** The share of the reads that did not reach the store behind the cache. */
  readonly fromCache: number
}

/** Runs random operations on one session, two requests at a time. All processes act as one browser and share its cookie. */
export async function hammer(task: HammerTask): Promise<HammerReport> {
  const { databaseUrl, redisUrl, prefix, name, rounds } = task
  const pool = new Pool({ connectionString: databaseUrl, max: 6 })
  const client = await createClient({ url: redisUrl }).connect()
  const redis = () => redisStore(client, { prefix })
  const behind = watch(task.store === 'redis' ? redis() : drizzleStore(drizzle(pool)))
  const store = task.store === 'cached' ? cachedStore(behind.store, redis(), { redisTimeout: 10 }) : behind.store
  const jar = {
    read: async () => (await client.get(`${prefix}jar`)) ?? '',
    write: async (token: string) => void (await client.set(`${prefix}jar`, token)),
  }
  const lanes = ['x', 'y'].map((lane) => new HammerLane(store, jar, name + lane))
  await Promise.all(lanes.map((lane) => lane.run((rounds * 18) / lanes.length)))
  client.destroy()
  await pool.end()
  const all = <T>(part: (lane: HammerLane) => readonly T[]) => lanes.flatMap(part)
  const counts: Record<string, number> = {}
  for (const result of all(({ results }) => results)) counts[result] = (counts[result] ?? 0) + 1
  const reads = lanes.reduce((sum, { loads }) => sum + loads, 0)
  return {
    effects: all((lane) => lane.effects),
    reads: all((lane) => lane.reads),
    popped: all(({ popped }) => popped),
    counts,
    fromCache: 1 - behind.reads / reads,
  }
}
