import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createClient } from 'redis'
import { freePort } from './postgres.mjs'

/** Starts a new Redis server on loopback without persistence. Returns a client, its version and a function that stops both. */
export async function startRedis() {
  const port = await freePort()
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-bench-redis-'))
  const settings = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const server = spawn('redis-server', args, { stdio: 'ignore' })
  process.once('exit', () => server.kill('SIGKILL')) // stops the server even after an error
  const missing = once(server, 'error').then(() => {
    throw new Error('redis-server was not found. Install it (Debian: apt-get install redis-server).')
  })
  const client = createClient({ url: `redis://127.0.0.1:${port}`, disableOfflineQueue: true })
  client.on('error', () => {}) // the client reconnects until the server has started
  await Promise.race([missing, client.connect()])
  const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1]
  const stop = async () => {
    client.destroy()
    server.kill('SIGKILL')
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
  return { client, version, stop }
}
