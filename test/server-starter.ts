import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { startPgBouncer } from './pgbouncer.ts'
import { makePgliteTemplate } from './pglite.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import { startRelay } from './relay.ts'

/** A server that the tests of a run share, the folder of an embedded database to copy, or that of the package with its dist/. */
export type SharedServer = keyof typeof starters

interface Started {
  readonly address: string
  stop(): Promise<unknown> | unknown
}

/** Starts servers for the tests of one run, which run in other processes. */
export interface ServerStarter {
  /** The URL that `addressOf` needs. */
  readonly url: string
  /** Stops every server that was started. */
  stop(): Promise<void>
}

type AddressOf = (name: string) => Promise<string>
type Starter = (addressOf: AddressOf) => Promise<Started>

const starters = {
  postgres: async () => {
    if (process.env.TEST_DATABASE_URL) return running(process.env.TEST_DATABASE_URL)
    const { url, stop } = await startPostgres()
    return { address: url, stop }
  },
  pgbouncer: async (addressOf: AddressOf) => {
    const { url, stop } = await startPgBouncer(await addressOf('postgres'))
    return { address: url, stop }
  },
  relay: async (addressOf: AddressOf) => {
    const { port, close } = await startRelay(await addressOf('postgres'))
    return { address: String(port), stop: close }
  },
  redis: async () => {
    if (process.env.TEST_REDIS_URL) return running(process.env.TEST_REDIS_URL)
    const { url, stop } = await startRedis()
    return { address: url, stop }
  },
  pglite: async () => {
    const { folder, remove } = await makePgliteTemplate()
    return { address: folder, stop: remove }
  },
  library: async () => {
    const root = path.resolve(import.meta.dirname, '..')
    await promisify(execFile)(process.execPath, [path.join(root, 'scripts', 'build-library.mjs')])
    return running(root)
  },
} satisfies Record<string, Starter>

const running = (address: string): Started => ({ address, stop: () => {} })

/**
 * Listens on loopback for tests that need a server or one of `more`. A server starts at the first request for its
 * address.
 */
export async function startServerStarter(more: Readonly<Record<string, Starter>> = {}): Promise<ServerStarter> {
  const all: Readonly<Record<string, Starter>> = { ...starters, ...more }
  const started = new Map<string, Promise<Started>>()
  const startOnce: AddressOf = async (name) => {
    const start = all[name]
    if (!start) throw new Error(`There is no server called ${name}.`)
    const server = started.get(name) ?? start(startOnce)
    started.set(name, server)
    return (await server).address
  }
  const server = createServer(async (request, response) => {
    // A test that blocks its event loop for seconds would use a kept connection that this server has closed meanwhile.
    response.setHeader('connection', 'close')
    try {
      response.end(await startOnce(request.url?.slice(1) ?? ''))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      // In reverse order, because PgBouncer and the relay are connected to PostgreSQL.
      for (const each of [...started.values()].reverse()) await (await each.catch(() => null))?.stop()
    },
  }
}
