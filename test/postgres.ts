import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'

/** A PostgreSQL server of our own, on loopback, in a temporary folder. */
export interface PostgresServer {
  /** A connection URL of its `postgres` database. */
  readonly url: string
  /** Ends the server, whether it runs or not, and deletes its data. */
  stop(): Promise<void>
  /** Ends the server with this signal, and keeps its data: SIGINT as an operator would; SIGKILL hits every process of it at once. */
  halt(signal: 'SIGINT' | 'SIGKILL'): Promise<void>
  /** Starts a halted server again, on its old port, and waits until it answers. */
  start(): Promise<void>
}

/** What a server may be told; by default it gives up durability for speed. */
export interface PostgresSettings {
  /** Whether what it acknowledges survives `kill -9`. @default false */
  durable?: boolean
}

/** Starts a server and waits until it answers. Rejects, naming the remedy, where PostgreSQL is not installed. */
export async function startPostgres({ durable = false }: PostgresSettings = {}): Promise<PostgresServer> {
  const bin = findBinaries()
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-postgres-'))
  const user = unprivileged(folder)
  const data = path.join(folder, 'data')
  execFileSync(path.join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8'], {
    ...user,
    stdio: 'ignore',
  })
  const port = await freePort()
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    `fsync=${durable ? 'on' : 'off'}`,
    'max_connections=200',
  ]
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  let server: ChildProcess
  const start = async () => {
    server = spawn(path.join(bin, 'postgres'), args, { ...user, stdio: 'ignore' })
    await untilItAnswers(url, server)
  }
  await start()
  const halt = (signal: 'SIGINT' | 'SIGKILL') => end(server, signal)
  const stop = async () => {
    await halt('SIGINT')
    rmSync(folder, { recursive: true, force: true })
  }
  return { url, stop, halt, start }
}

async function end(server: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  const children = signal === 'SIGKILL' ? childrenOf(server.pid) : []
  server.kill(signal)
  for (const child of children) killIfThere(child)
  await exited
}

function childrenOf(pid: number | undefined): number[] {
  const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
  return listed.split('\n').filter(Boolean).map(Number)
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself meanwhile.
  }
}

/** A new, empty database on the server at `url`. */
export async function createDatabase(url: string): Promise<string> {
  const name = `test_${process.pid}_${Math.random().toString(36).slice(2)}`
  await query(url, `create database ${name}`)
  return url.replace(/\/[^/]*$/, `/${name}`)
}

/** Runs one statement on a connection of its own. */
export async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** A port of loopback that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

/** Whom to run a server as that refuses to run as root: nobody else, or the user postgres, who then owns `folder` and its files. */
export function unprivileged(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const user = { uid: idOf('-u'), gid: idOf('-g') }
  for (const file of ['', ...readdirSync(folder)]) chownSync(path.join(folder, file), user.uid, user.gid)
  return user
}

function findBinaries(): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const places = [
    ...versions.map((version) => path.join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(path.delimiter),
  ]
  const found = places.find((place) => existsSync(path.join(place, 'initdb')) && existsSync(path.join(place, 'postgres')))
  if (!found) throw new Error('PostgreSQL is missing: install it (Debian: apt-get install postgresql), or set TEST_DATABASE_URL.')
  return found
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
}

/** Waits until the database at `url` answers; gives up if `server` ends. */
export async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; ) {
    try {
      await query(url, 'select 1')
      return
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
