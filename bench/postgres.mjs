import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'

/**
 * The settings that differ from PostgreSQL's defaults. Without fsync, the disk does not affect the measurement. Without
 * autovacuum, no background work affects the round of one side.
 */
const settings = ['fsync=off', 'autovacuum=off', 'shared_buffers=512MB', 'max_wal_size=8GB', 'checkpoint_timeout=1h']

/** Starts a new server on loopback in a temporary folder. Returns its URL, its version and a function that stops it. */
export async function startPostgres() {
  const bin = findBinaries()
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-bench-'))
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {}
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
  const data = path.join(folder, 'data')
  const init = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8']
  execFileSync(path.join(bin, 'initdb'), init, { ...user, stdio: 'ignore' })
  const port = await freePort()
  const connection = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`]
  const flags = [...connection, ...settings].flatMap((setting) => ['-c', setting])
  const server = spawn(path.join(bin, 'postgres'), ['-D', data, ...flags], { ...user, stdio: 'ignore' })
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  const version = await versionWhenReady(url, server)
  const stop = async () => {
    server.kill('SIGINT')
    if (server.exitCode === null) await once(server, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
  return { url, version, stop }
}

/** Creates an empty database on the server at `url` and returns its URL. */
export async function createDatabase(url, name) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  return url.replace(/\/[^/]*$/, `/${name}`)
}

/** Returns a loopback port that is free now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

function findBinaries() {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const pathFolders = (process.env.PATH ?? '').split(path.delimiter)
  const folders = [...versions.map((version) => path.join(debian, version, 'bin')), ...pathFolders]
  const found = folders.find((folder) => existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'postgres')))
  if (!found) throw new Error('PostgreSQL was not found. Install it (Debian: apt-get install postgresql).')
  return found
}

function idOf(flag) {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
}

async function versionWhenReady(url, server) {
  for (const deadline = Date.now() + 30_000; ; ) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return (await client.query('show server_version')).rows[0].server_version
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    } finally {
      await client.end().catch(() => {})
    }
  }
}
