import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createClient } from 'redis'
import { freePort, untilReady } from './postgres.ts'

/** A Redis server on loopback that stores nothing on disk. */
export interface RedisServer {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts a server and waits until it responds. With `cluster`, the server is a cluster of one node.
 * @throws if redis-server is not installed; the message says how to install it.
 */
export async function startRedis({ port = 0, cluster = false } = {}): Promise<RedisServer> {
  const listening = port || (await freePort())
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-redis-'))
  const settings = { port: listening, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' }
  const mode = cluster ? { 'cluster-enabled': 'yes', 'cluster-port': await freePort() } : {}
  const args = Object.entries({ ...settings, ...mode }).flatMap(([name, value]) => [`--${name}`, String(value)])
  const server = spawn('redis-server', args, { stdio: 'ignore' })
  const missing = once(server, 'error').then(() => {
    throw new Error('redis-server was not found. Install it (on Debian: apt-get install redis-server).')
  })
  const url = `redis://127.0.0.1:${listening}`
  await Promise.race([missing, untilReady(() => command(url, 'PING'), server)])
  if (cluster) await assignAllSlots(url)
  return {
    url,
    stop: async () => {
      server.kill('SIGKILL')
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
      rmSync(folder, { recursive: true, force: true })
    },
  }
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
  while (!String(await command(url, 'CLUSTER', 'INFO')).includes('cluster_state:ok')) await pause()
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50))
