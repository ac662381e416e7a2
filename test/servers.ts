import type { TestProject } from 'vitest/node'
import { startPgBouncer } from './pgbouncer.ts'
import { makePgliteTemplate } from './pglite.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import { startRelay } from './relay.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of an embedded database without tables, to copy. */
    pgliteTemplate: string
    /** A PostgreSQL server: TEST_DATABASE_URL, or one started for this run. */
    postgresUrl: string
    /** The same server, behind PgBouncer in transaction mode. */
    pooledUrl: string
    /** Where @vercel/postgres reaches the same server. */
    relayPort: number
    /** A Redis server: TEST_REDIS_URL, or one started for this run. */
    redisUrl: string
  }
}

/** Starts the servers that test files share, and stops them at the end. */
export default async function setup(project: TestProject) {
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env
  const postgres = TEST_DATABASE_URL ? null : await startPostgres()
  const redis = TEST_REDIS_URL ? null : await startRedis()
  const postgresUrl = TEST_DATABASE_URL ?? postgres?.url ?? ''
  const [pgBouncer, relay, template] = await Promise.all([
    startPgBouncer(postgresUrl),
    startRelay(postgresUrl),
    makePgliteTemplate(),
  ])
  project.provide('pgliteTemplate', template.folder)
  project.provide('postgresUrl', postgresUrl)
  project.provide('pooledUrl', pgBouncer.url)
  project.provide('relayPort', relay.port)
  project.provide('redisUrl', TEST_REDIS_URL ?? redis?.url ?? '')
  return async () => {
    template.remove()
    await Promise.all([pgBouncer.stop(), relay.close(), redis?.stop()])
    await postgres?.stop()
  }
}
