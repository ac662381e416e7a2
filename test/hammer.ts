import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { createClient } from 'redis'
import type { SessionRef } from '../lib/core/store/store.ts'
import { drizzleStore } from '../lib/drizzle.ts'
import { cachedStore, redisStore } from '../lib/redis.ts'
import { find, policy, write } from '../lib/stores/contract/tools.ts'
import { watch } from './watched.ts'

/** The task of one process. */
export interface HammerTask {
  readonly ref: SessionRef
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly prefix: string
  /** The names of all processes, this process first. */
  readonly names: readonly string[]
  readonly writes: number
}

/** The reads of one process. */
export interface HammerReport {
  readonly reads: number
  readonly fromCache: number
  /** The number of reads that were older than a write that was acknowledged before they started. */
  readonly stale: number
}

/**
 * Increments this process's key of the session, and reads the keys of all processes at the same time. Compares each read with the
 * writes that were acknowledged before it started.
 */
export async function hammer({ ref, databaseUrl, redisUrl, prefix, names, writes }: HammerTask): Promise<HammerReport> {
  const pool = new Pool({ connectionString: databaseUrl, max: 6 })
  const client = await createClient({ url: redisUrl }).connect()
  const database = watch(drizzleStore(drizzle(pool)))
  const store = cachedStore(database.store, redisStore(client, { prefix }), { redisTimeout: 10 })
  const [own = ''] = names
  const acknowledged = (name: string) => `${prefix}acknowledged:${name}`
  let [reads, stale, done] = [0, 0, false]

  const reader = async () => {
    while (!done) {
      const known = await client.mGet(names.map(acknowledged))
      const row = await find({ store }, ref)
      reads += 1
      if (names.some((name, i) => Number(row?.data[name] ?? 0) < Number(known[i] ?? 0))) stale += 1
    }
  }
  const writer = async () => {
    for (let n = 1; n <= writes; n++) {
      await store.update(ref, write({ set: { [own]: n } }), policy)
      await client.set(acknowledged(own), n)
      // Every second write waits for 30 reads, so that the readers fill the cache and read from it. The other writes follow at
      // once.
      for (const until = reads + (n % 2 ? 0 : 30); reads < until; ) await new Promise(setImmediate)
    }
    done = true
  }
  await Promise.all([writer(), ...Array.from({ length: 5 }, reader)])
  client.destroy()
  await pool.end()
  return { reads, stale, fromCache: reads - database.reads }
}
