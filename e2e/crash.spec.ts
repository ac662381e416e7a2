import { rm } from 'node:fs/promises'
import { createDatabase, startPostgres } from '../test/postgres'
import { emptyPglite, expect, test } from './fixtures'
import { type AppServer, randomSecret, startServer } from './server'
import { Visitor } from './visitor'
import { startWriteLoad, type WriteLoad } from './write-load'

const sessions = 4

test('every acknowledged write survives kill -9 of the server on PostgreSQL', { tag: '@long' }, async ({ postgresUrl }) => {
  const DATABASE_URL = await createDatabase(postgresUrl)
  await crash({ DATABASE_DRIVER: 'pg', DATABASE_URL }, 600)
})

test('every acknowledged write survives kill -9 of the server on the embedded database', async () => {
  const DATA_DIR = await emptyPglite()
  await crash({ DATABASE_DRIVER: 'pglite', DATA_DIR }, 100)
  await rm(DATA_DIR, { recursive: true })
})

test('every acknowledged write survives kill -9 of PostgreSQL, and the server recovers', { tag: '@long' }, async () => {
  const postgres = await startPostgres({ durable: true })
  const DATABASE_URL = await createDatabase(postgres.url)
  const server = await startServer({ env: { DATABASE_DRIVER: 'pg', DATABASE_URL } })
  const load = await startWriteLoad(server.url, sessions)
  await acknowledged(load, 600)
  await postgres.halt('SIGKILL')
  await load.ended
  await postgres.start()
  expect(await load.missing(server.url)).toEqual([])
  await server.stop()
  await postgres.stop()
})

/** Kills a server during writes, starts another one on the same database, and expects every acknowledged write there. */
async function crash(env: Readonly<Record<string, string>>, writes: number): Promise<void> {
  const settings = { env: { ...env, SESSION_SECRET: randomSecret() } }
  const first = await startServer(settings)
  const load = await startWriteLoad(first.url, sessions)
  await acknowledged(load, writes)
  await first.kill()
  await load.ended
  const second = await startServer(settings)
  await opened(second)
  expect(await load.missing(second.url)).toEqual([])
  await second.stop()
}

async function acknowledged(load: WriteLoad, writes: number): Promise<void> {
  await expect.poll(() => load.acknowledged(), { timeout: 180_000, intervals: [20] }).toBeGreaterThan(writes)
  test.info().annotations.push({ type: 'acknowledged writes', description: String(load.acknowledged()) })
}

/** Waits until the database of the killed server is open again, so that a session can be created. */
async function opened({ url }: AppServer): Promise<void> {
  await expect.poll(async () => (await new Visitor(url).patch({ a: 1 })).status).toBe(200)
}
