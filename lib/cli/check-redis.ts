import { formatNumber } from '../core/administration/format.ts'
import { withinDeadline } from '../core/store/deadline.ts'
import { RedisConnection } from '../stores/redis/connection.ts'
import { SessionIndexes } from '../stores/redis/indexes.ts'
import { defaultPrefix } from '../stores/redis/store.ts'
import { hostAndPath, redisUrl } from './environment.ts'
import { printableError } from './errors.ts'
import { clockFinding, type Finding, ok, type PartResult } from './finding.ts'
import type { Terminal } from './terminal.ts'

/**
 * Checks that Redis responds. If Redis is the store and not only the cache, also checks its clock and that it does not evict
 * sessions.
 * @param isStore False if the sessions are stored in a database and Redis has only copies, which it may evict.
 */
export async function checkRedis({ env }: Terminal, isStore: boolean): Promise<PartResult> {
  const url = redisUrl(env)
  const description = `${hostAndPath(url)} (REDIS_URL)`
  try {
    return await withClient(url, (client) => checkServer(client, description, isStore))
  } catch (error) {
    const { code, message } = printableError(error)
    const remedy = code === 'CONFIG_INVALID' ? message : 'Start Redis, or correct REDIS_URL.'
    return { findings: [{ name: 'Redis', text: `does not respond at ${description}`, remedy }], facts: {} }
  }
}

type Client = Awaited<ReturnType<typeof connect>>

async function checkServer(client: Client, description: string, isStore: boolean): Promise<PartResult> {
  const info = await client.info()
  const [redisVersion, maxmemoryPolicy] = [infoField(info, 'redis_version'), infoField(info, 'maxmemory_policy')]
  const findings = [ok('Redis', `${redisVersion} at ${description}`), evictionFinding(maxmemoryPolicy, isStore)]
  if (!isStore) return { findings, facts: { redisVersion, maxmemoryPolicy } }
  const clockDifferenceMs = await clockDifference(client)
  const active = await countActive(client)
  const sessions = ok('Sessions', `${formatNumber(active)} active; Redis itself deletes expired sessions`)
  return {
    findings: [...findings, clockFinding('Redis', clockDifferenceMs), sessions],
    facts: { redisVersion, maxmemoryPolicy, clockDifferenceMs, active },
  }
}

/** Counts without a `redisStore`, which would log the finding on eviction a second time. */
function countActive(client: Client): Promise<number> {
  const connection = new RedisConnection(client, defaultPrefix)
  const indexes = new SessionIndexes((...args) => connection.run(...args))
  return withinDeadline(
    () => indexes.countActive(),
    120_000,
    () => new Error('Redis did not count the sessions within 120 s.'),
  )
}

async function clockDifference(client: Client): Promise<number> {
  const sentAt = Date.now()
  const [seconds, micros] = await client.sendCommand<string[]>(['TIME'])
  return Math.round(Number(seconds) * 1000 + Number(micros) / 1000 - (sentAt + Date.now()) / 2)
}

function evictionFinding(policy: string, isStore: boolean): Finding {
  const name = 'Eviction'
  if (policy === 'noeviction') return ok(name, 'none (maxmemory-policy is noeviction)')
  const text = `maxmemory-policy is ${policy}`
  if (!isStore) return ok(name, `${text}, which is fine for a cache`)
  const remedy = 'Redis may delete active sessions, and revoke may miss some. Run: redis-cli config set maxmemory-policy noeviction'
  return { name, text, remedy }
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(url)
  try {
    return await use(client)
  } finally {
    client.destroy()
  }
}

async function connect(url: string) {
  const { createClient } = await import('redis')
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: false, connectTimeout: 4500 } })
  client.on('error', () => {}) // the command that fails reports the error
  return client.connect()
}

function infoField(info: string, name: string): string {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? 'unknown'
}
