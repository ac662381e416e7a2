import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createClient } from 'redis'
import { freePort, untilReady } from './postgres.ts'

/** A Redis server on loopback that stores nothing on disk. */
export interface RedisServer {
  readonly url: string
  /** Stops the process (SIGSTOP), so that it accepts connections but does not respond. */
  pause(): void
  /** Continues the process after `pause`. */
  resume(): void
  stop(): Promise<void>
}

/** The options of `startRedis`. */
interface StartOptions {
  readonly port?: number
  /** Starts a cluster of one node. */
  readonly cluster?: boolean
  /** More settings of redis.conf. */
  readonly settings?: Readonly<Record<string, string>>
  /** The lines of the configuration of a Sentinel, which is then started instead of a server. */
  readonly sentinel?: readonly string[]
}

/**
 * Starts a server and waits until it responds.
 * @throws if redis-server is not installed; the message says how to install it.
 */
export async function startRedis({ port = 0, cluster = false, settings = {}, sentinel }: StartOptions = {}): Promise<RedisServer> {
  const listening = port || (await freePort())
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-redis-'))
  const common = { port: listening, bind: '127.0.0.1', dir: folder }
  const storage = { save: '', appendonly: 'no' }
  const mode = cluster || settings['cluster-enabled'] ? { 'cluster-enabled': 'yes', 'cluster-port': await freePort() } : {}
  const configuration = sentinel ? common : { ...common, ...storage, ...mode, ...settings }
  const args = Object.entries(configuration).flatMap(([name, value]) => [`--${name}`, String(value)])
  const file = path.join(folder, 'sentinel.conf')
  if (sentinel) writeFileSync(file, sentinel.join('\n')) // A Sentinel writes its state to this file.
  const server = spawn('redis-server', sentinel ? [file, ...args, '--sentinel'] : args, { stdio: 'ignore' })
  const missing = once(server, 'error').then(() => {
    throw new Error('redis-server was not found. Install it (on Debian: apt-get install redis-server).')
  })
  const url = `redis://127.0.0.1:${listening}`
  await Promise.race([missing, untilReady(() => command(url, 'PING'), server)])
  if (cluster) await assignAllSlots(url)
  return {
    url,
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    stop: async () => {
      server.kill('SIGKILL')
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A cluster of three primaries. The first has a replica, and is replaced by it about 2 seconds after it stops responding. */
export interface RedisCluster {
  readonly urls: readonly string[]
  readonly firstPrimary: RedisServer
  stop(): Promise<void>
}

/** Starts a cluster and waits until its replica is ready to take over. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const settings = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '1500', 'cluster-require-full-coverage': 'no' }
  const nodes = await Promise.all(Array.from({ length: 4 }, () => startRedis({ settings })))
  const [first, second, third, replica] = nodes
  if (!first || !second || !third || !replica) throw new Error('Four nodes were started.')
  const ranges = [
    [first, '0', '5460'],
    [second, '5461', '10922'],
    [third, '10923', '16383'],
  ] as const
  for (const [node, from, to] of ranges) await command(node.url, 'CLUSTER', 'ADDSLOTSRANGE', from, to)
  for (const node of nodes.slice(1)) {
    const [port, clusterPort] = [new URL(node.url).port, await command(node.url, 'CONFIG', 'GET', 'cluster-port')]
    await command(first.url, 'CLUSTER', 'MEET', '127.0.0.1', port, String(Object.values(Object(clusterPort))[0]))
  }
  for (const node of nodes) await untilInfo(node.url, 'CLUSTER', 'cluster_known_nodes:4', 'cluster_state:ok')
  await command(replica.url, 'CLUSTER', 'REPLICATE', String(await command(first.url, 'CLUSTER', 'MYID')))
  await untilInfo(replica.url, 'replication', 'master_link_status:up')
  for (const node of nodes) while (!String(await command(node.url, 'CLUSTER', 'NODES')).includes('slave')) await pause()
  return {
    urls: nodes.map(({ url }) => url),
    firstPrimary: first,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()))
    },
  }
}

/** Waits until INFO, or CLUSTER INFO, contains all of these lines. */
async function untilInfo(url: string, section: string, ...lines: readonly string[]): Promise<void> {
  const words = section === 'CLUSTER' ? ['CLUSTER', 'INFO'] : ['INFO', section]
  for (;;) {
    const info = String(await command(url, ...words))
    if (lines.every((line) => info.includes(line))) return
    await pause()
  }
}

/** Waits until the replica has every write that the primary has now. */
export async function untilReplicated(primaryUrl: string, replicaUrl: string): Promise<void> {
  const offsetOf = async (url: string, name: string) => {
    const info = String(await command(url, 'INFO', 'replication'))
    return Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1] ?? -1)
  }
  const written = await offsetOf(primaryUrl, 'master_repl_offset')
  while ((await offsetOf(replicaUrl, 'slave_repl_offset')) < written) await pause()
}

/** Sends one command on a new connection. */
export async function command(url: string, ...words: string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  client.on('error', () => {})
  await client.connect()
  try {
    return await client.sendCommand(words)
  } finally {
    client.destroy()
  }
}

async function assignAllSlots(url: string): Promise<void> {
  await command(url, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await untilInfo(url, 'CLUSTER', 'cluster_state:ok')
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50))
