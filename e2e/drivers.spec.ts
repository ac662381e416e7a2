import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { startPgBouncer } from '../test/pgbouncer'
import { createDatabase } from '../test/postgres'
import { startRelay, vercelUrl } from '../test/relay'
import { expect, expectSilence, test } from './fixtures'
import { startServer } from './server'
import { Visitor } from './visitor'

interface Way {
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

const ways: Readonly<Record<string, (databaseUrl: string) => Promise<Way>>> = {
  '@vercel/postgres': async (databaseUrl) => {
    const relay = await startRelay(databaseUrl)
    const preload = pathToFileURL(path.resolve('test/use-relay.mjs')).href
    const env = { POSTGRES_URL: vercelUrl(databaseUrl), RELAY_PORT: String(relay.port), NODE_OPTIONS: `--import=${preload}` }
    return { env, close: relay.close }
  },
  'pg behind PgBouncer in transaction mode': async (databaseUrl) => {
    const pgBouncer = await startPgBouncer(databaseUrl)
    return { env: { DATABASE_URL: pgBouncer.url, DATABASE_POOLED: 'true' }, close: pgBouncer.stop }
  },
}

for (const [name, open] of Object.entries(ways)) {
  test(`parallel writes, a login, a rotation and a logout work with the driver ${name}`, async ({ postgresUrl }) => {
    const { env, close } = await open(await createDatabase(postgresUrl))
    const server = await startServer({ env })
    const visitor = new Visitor(server.url)
    await visitor.patch({ name: 'Ada', n: 0 })
    const increments = Array.from({ length: 30 }, () => visitor.clone().post('/api/session/increment', { key: 'n', by: 1 }))
    const keys = Array.from({ length: 20 }, (_, i) => visitor.clone().patch({ [`key${i}`]: i }))
    const responses = await Promise.all([...increments, ...keys])
    expect(responses.filter(({ status }) => status !== 200)).toEqual([])
    const stolen = visitor.clone()
    await visitor.post('/api/login', { username: 'demo', password: 'demo' })
    const { userId, data } = (await visitor.get('/api/session')).json as { userId: string | null; data: object }
    expect(userId).not.toBeNull()
    expect(data).toMatchObject({ name: 'Ada', n: 30 })
    expect(Object.keys(data)).toHaveLength(22)
    expect((await stolen.get('/api/session')).json).toMatchObject({ userId: null, data: {} })
    await visitor.post('/api/logout')
    expect((await visitor.get('/api/session')).json).toMatchObject({ id: null, data: {} })
    await server.stop()
    expectSilence(server)
    await close()
  })
}
