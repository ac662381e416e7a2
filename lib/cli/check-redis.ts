import { withDeadline } from '../core/store/deadline.ts'
import { redisStore } from '../stores/redis/store.ts'
import { failureOf } from './failure.ts'
import { type Checked, clockFinding, type Finding } from './findings.ts'
import { placeOf, redisUrl } from './settings.ts'
import type { Terminal } from './terminal.ts'
import { whole } from './format.ts'

/** Whether Redis answers, tells the same time, and does not evict sessions; copies of sessions, before a database, it may. */
export async function checkRedis({ env }: Terminal, holdsSessions: boolean): Promise<Checked> {
  const place = `${placeOf(redisUrl(env))} (REDIS_URL)`
  try {
    return await withClient(redisUrl(env), (client) => look(client, place, holdsSessions))
  } catch (error) {
    const missing = failureOf(error)
    const remedy = missing.code === 'CONFIG_INVALID' ? missing.message : 'Start Redis, or correct REDIS_URL.'
    return { findings: [{ name: 'Redis', text: `does not answer at ${place}`, remedy }], facts: {} }
  }
}

type Client = Awaited<ReturnType<typeof connected>>

async function look(client: Client, place: string, holdsSessions: boolean): Promise<Checked> {
  const info = await client.info()
  const [redisVersion, maxmemoryPolicy] = [infoOf(info, 'redis_version'), infoOf(info, 'maxmemory_policy')]
  const findings = [
    { name: 'Redis', text: `${redisVersion} at ${place}`, remedy: null },
    policyFinding(maxmemoryPolicy, holdsSessions),
  ]
  if (!holdsSessions) return { findings, facts: { redisVersion, maxmemoryPolicy } }
  const clockDifferenceMs = await clockDifference(client)
  const active = await withDeadline(redisStore(client), 120_000).count({ status: 'active' })
  const sessions = { name: 'Sessions', text: `${whole(active)} active; Redis drops them as they expire`, remedy: null }
  return {
    findings: [...findings, clockFinding("Redis'", clockDifferenceMs), sessions],
    facts: { redisVersion, maxmemoryPolicy, clockDifferenceMs, active },
  }
}

async function clockDifference(client: Client): Promise<number> {
  const asked = Date.now()
  const [seconds, micros] = await client.sendCommand<string[]>(['TIME'])
  return Math.round(Number(seconds) * 1000 + Number(micros) / 1000 - (asked + Date.now()) / 2)
}

function policyFinding(policy: string, holdsSessions: boolean): Finding {
  const name = 'Eviction'
  if (policy === 'noeviction') return { name, text: 'none (maxmemory-policy noeviction)', remedy: null }
  if (!holdsSessions) return { name, text: `maxmemory-policy ${policy}: of copies, which is all right`, remedy: null }
  const remedy = 'Redis may drop sessions, and hide others from revoke. Run: redis-cli config set maxmemory-policy noeviction'
  return { name, text: `maxmemory-policy is ${policy}`, remedy }
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await connected(url)
  try {
    return await use(client)
  } finally {
    client.destroy()
  }
}

async function connected(url: string) {
  const { createClient } = await import('redis')
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: false, connectTimeout: 4500 } })
  client.on('error', () => {}) // the command that fails tells it
  return client.connect()
}

function infoOf(info: string, name: string): string {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? 'unknown'
}
