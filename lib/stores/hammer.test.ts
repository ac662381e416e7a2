import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { redisStore } from 'coatcheck/redis'
import type { SessionStore } from 'coatcheck/store'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { build } from 'vite'
import { beforeAll, expect, it } from 'vitest'
import { type HammerReport, type HammerTask, hammered } from '../../test/hammer.ts'
import { operations } from '../../test/hammer-operations'
import { contradictions } from '../../test/hammer-rules'
import { createDatabase } from '../../test/postgres'
import { freshPrefix, redisClient } from '../../test/redis-stores'
import { postgresUrl } from '../../test/use-postgres'
import { redisUrl } from '../../test/use-redis'

const input = fileURLToPath(new URL('../../test/hammer-process.ts', import.meta.url))
const rounds = process.env.TEST_ALL ? 2000 : 20

/** Returns the program of the processes as one module of JavaScript. It imports packages from the current folder. */
async function bundled(): Promise<string> {
  const result = await build({ configFile: false, logLevel: 'error', build: { ssr: input, target: 'node20', write: false } })
  const [chunk] = 'output' in result ? result.output : []
  return chunk?.type === 'chunk' ? chunk.code : expect.unreachable('The bundler returned no chunk.')
}

let program = ''
beforeAll(async () => {
  program = await bundled()
})

async function runProcess(task: HammerTask): Promise<HammerReport> {
  const args = ['--input-type=module', '-', JSON.stringify(task)]
  const running = promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 30 })
  // A process that dies early breaks the pipe. Its exit code and its stderr say why.
  running.child.stdin?.on('error', () => {}).end(program)
  return JSON.parse((await running).stdout)
}

/** Returns the sessions in this list that are still active. */
async function remaining(store: SessionStore, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await store.list({ ids, status: 'active', sort: 'created', limit: ids.length })
  return rows.map(({ id }) => id)
}

it.each(hammered)(
  'on %s, three processes that use one session lose no write, restore no deleted value and read no outdated value',
  async (storeName) => {
    const databaseUrl = await createDatabase(postgresUrl)
    const [pool, client, prefix] = [new Pool({ connectionString: databaseUrl }), await redisClient().connect(), freshPrefix()]
    await migrate(drizzle(pool))
    const task = { store: storeName, databaseUrl, redisUrl, prefix, rounds }
    const reports = await Promise.all(['p', 'q', 'r'].map((name) => runProcess({ ...task, name })))
    const effects = reports.flatMap((report) => report.effects)
    expect(
      contradictions(
        effects,
        reports.flatMap(({ reads }) => reads),
      ).slice(0, 10),
    ).toEqual([])

    const store = storeName === 'redis' ? redisStore(client, { prefix }) : drizzleStore(drizzle(pool))
    const removed = effects.flatMap(({ id, removes }) => (removes.includes('') ? [id] : []))
    expect(await remaining(store, [...new Set(removed)])).toEqual([])
    const popped = reports.flatMap((report) => report.popped)
    expect(new Set(popped).size).toBe(popped.length)

    const results = [...new Set(reports.flatMap(({ counts }) => Object.keys(counts)))]
    expect(results).toEqual(expect.arrayContaining(Object.keys(operations)))
    const lost = ['set', 'delete', 'clear', 'pop', 'setDefault', 'update', 'setExpiry', 'flash', 'acknowledge']
    const mayBeInterrupted = [...lost, 'cycleKey', 'revokeOthers', 'expire', 'login', 'login as another user']
    const failures = results.filter((result) => !(result in operations))
    expect(mayBeInterrupted.map((kind) => `${kind} INTERRUPTED`)).toEqual(expect.arrayContaining(failures))
    if (storeName === 'cached') for (const { fromCache } of reports) expect(fromCache).toBeGreaterThan(0.05)
    client.destroy()
    await pool.end()
  },
  process.env.TEST_ALL ? 7_200_000 : 900_000,
)
