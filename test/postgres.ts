import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'

/** A PostgreSQL server on loopback with its data in a temporary folder. */
export interface PostgresServer {
  /** The connection URL of its `postgres` database. */
  readonly url: string
  /** Stops the server if it runs, and deletes its data. */
  stop(): Promise<void>
  /**
   * Stops the server with this signal and keeps its data. SIGINT is a normal shutdown. SIGKILL ends all of its processes at once.
   */
  halt(signal: 'SIGINT' | 'SIGKILL'): Promise<void>
  /** Starts a halted server again on the same port, and waits until it accepts connections. */
  start(): Promise<void>
  /**
   * Starts a read-only streaming standby of this server, and returns it. It has the data that the server has now, and applies later
   * commits only after `applyDelay`, such as '1h'.
   */
  startStandby(applyDelay: string): Promise<PostgresServer>
}

/** The options of `startPostgres`. */
export interface PostgresSettings {
  /** True if acknowledged writes must survive `kill -9`. That makes the server slower. @default false */
  durable?: boolean
}

/**
 * Starts a server and waits until it accepts connections. Rejects with a message that says what to install if PostgreSQL is
 * missing.
 */
export async function startPostgres({ durable = false }: PostgresSettings = {}): Promise<PostgresServer> {
  const fsync = `fsync=${durable ? 'on' : 'off'}`
  return startServer([fsync], (bin, data, user) => {
    execFileSync(path.join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8'], user)
  })
}

type CreateData = (bin: string, data: string, user: { uid?: number; gid?: number; stdio: 'ignore' }) => void

/** Starts a server whose data folder `createData` creates. */
async function startServer(settings: readonly string[], createData: CreateData): Promise<PostgresServer> {
  const bin = findBinaries()
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-postgres-'))
  const user = { ...unprivileged(folder), stdio: 'ignore' } as const
  const data = path.join(folder, 'data')
  createData(bin, data, user)
  const port = await freePort()
  const allSettings = [
    ...settings,
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'max_connections=200',
  ]
  const args = ['-D', data, ...allSettings.flatMap((setting) => ['-c', setting])]
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  let server: ChildProcess
  const start = async () => {
    server = spawn(path.join(bin, 'postgres'), args, user)
    await untilReady(() => query(url, 'select 1'), server)
  }
  await start()
  const halt = (signal: 'SIGINT' | 'SIGKILL') => end(server, signal)
  const stop = async () => {
    await halt('SIGINT')
    rmSync(folder, { recursive: true, force: true })
  }
  const startStandby = (applyDelay: string) =>
    startServer(['fsync=off', `recovery_min_apply_delay=${applyDelay}`], (bin, data, user) => {
      const options = ['-D', data, '-d', url, '--write-recovery-conf', '--checkpoint=fast', '--no-sync']
      execFileSync(path.join(bin, 'pg_basebackup'), options, user)
    })
  return { url, stop, halt, start, startStandby }
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
    // The process has ended by itself.
  }
}

/** Creates an empty database on the server at `url`, and returns its connection URL. */
export async function createDatabase(url: string): Promise<string> {
  const name = `test_${process.pid}_${Math.random().toString(36).slice(2)}`
  await query(url, `create database ${name}`)
  return url.replace(/\/[^/]*$/, `/${name}`)
}

/** Runs one statement on a new connection, and returns its rows. */
export async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** Returns a port of loopback that is currently free. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

/**
 * Returns the user for a server that does not run as root: the current user, or else the user postgres, which then owns `folder`
 * and its files.
 */
export function unprivileged(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const user = { uid: idOf('-u'), gid: idOf('-g') }
  for (const file of ['', ...readdirSync(folder)]) chownSync(path.join(folder, file), user.uid, user.gid)
  return user
}

function findBinaries(): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => path.join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(path.delimiter),
  ]
  const found = folders.find((folder) => existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'postgres')))
  if (!found) throw new Error('PostgreSQL is missing: install it (Debian: apt-get install postgresql), or set TEST_DATABASE_URL.')
  return found
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
}

/** Repeats `connect` until it succeeds. Rejects if `server` ends or takes longer than 30 seconds. */
export async function untilReady(connect: () => Promise<unknown>, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; ) {
    try {
      await connect()
      return
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
