import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { expect, it } from 'vitest'
import type { HammerReport, HammerTask } from '../../test/hammer'
import { createDatabase } from '../../test/postgres'
import { createIn, freshPrefix } from '../../test/redis-stores'
import { postgresUrl } from '../../test/use-postgres'
import { redisUrl } from '../../test/use-redis'

const program = fileURLToPath(new URL('../../test/hammer.mjs', import.meta.url))
const writes = 400

async function runProcess(task: HammerTask): Promise<HammerReport> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(task)])
  return JSON.parse(stdout)
}

it('two processes that write and read one session never read a state older than an acknowledged write', async () => {
  const databaseUrl = await createDatabase(postgresUrl)
  const pool = new Pool({ connectionString: databaseUrl })
  const database = drizzleStore(drizzle(pool))
  await migrate(drizzle(pool))
  const { id, tokenHash } = await createIn(database, { data: { a: 0, b: 0 } })
  const servers = { databaseUrl, redisUrl, prefix: freshPrefix() }
  const reports = await Promise.all(
    ['ab', 'ba'].map((names) => runProcess({ ...servers, ref: { id, tokenHash }, names: [...names], writes })),
  )
  for (const { reads, stale, fromCache } of reports) {
    expect(stale).toBe(0)
    expect(fromCache).toBeGreaterThan(reads / 10)
  }
  expect(await database.find({ id, tokenHash })).toMatchObject({ data: { a: writes, b: writes } })
  await pool.end()
}, 60_000)
