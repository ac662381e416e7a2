import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort, query, unprivileged, untilReady } from './postgres.ts'

/** A PgBouncer on loopback. */
interface PgBouncer {
  /** A connection URL through it. */
  readonly url: string
  stop(): Promise<void>
}

/** Starts a PgBouncer in transaction mode for the PostgreSQL server at `url`. It gives access to every database of that server. */
export async function startPgBouncer(url: string): Promise<PgBouncer> {
  const { hostname, port: serverPort, username, password } = new URL(url)
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-pgbouncer-'))
  const port = await freePort()
  const users = path.join(folder, 'users')
  writeFileSync(users, `"${username}" "${password}"\n`)
  const settings = path.join(folder, 'settings.ini')
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${serverPort}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${users}`,
    'pool_mode = transaction',
    'default_pool_size = 5', // Fewer than the clients, so that clients change servers between transactions.
    'max_client_conn = 500',
  ]
  writeFileSync(settings, `${lines.join('\n')}\n`)
  const server = spawn(findPgBouncer(), ['-q', settings], { ...unprivileged(folder), stdio: 'ignore' })
  const pooledUrl = url.replace(`${hostname}:${serverPort}`, `127.0.0.1:${port}`)
  await untilReady(() => query(pooledUrl, 'select 1'), server)
  return {
    url: pooledUrl,
    stop: async () => {
      server.kill('SIGTERM')
      if (server.exitCode === null) await once(server, 'exit')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function findPgBouncer(): string {
  // Debian installs it in a folder that is only in the PATH of root.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
  try {
    return execFileSync('sh', ['-c', 'command -v pgbouncer'], { env, encoding: 'utf8' }).trim()
  } catch {
    throw new Error('PgBouncer is missing: install it (Debian: apt-get install pgbouncer; macOS: brew install pgbouncer).')
  }
}
