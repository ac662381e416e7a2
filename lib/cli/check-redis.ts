import { formatNumber } from '../core/administration/format.ts'
import { withinDeadline } from '../core/store/deadline.ts'
import { SessionIndexes } from '../stores/redis/indexes.ts'
import type { RedisPart } from '../stores/redis/part.ts'
import { innermostCode } from './errors.ts'
import { clockFinding, type Finding, ok, type PartResult } from './finding.ts'
import { timeoutMs } from './with-sessions.ts'

/**
 * These are scripts, because every client of `redisStore` can run scripts. A user of Redis who may not run INFO gets an
 * empty text.
 */
const readInfo = "local info = redis.pcall('INFO') return type(info) == 'string' and info or ''"
const readTime = "return redis.call('TIME')"

/**
 * Checks that Redis responds. If Redis is the store and not only the cache, also checks its clock and that it does not
 * evict sessions.
 */
export async function checkRedis(redis: RedisPart): Promise<PartResult> {
  const check = () => checkServer(redis)
  try {
    return await withinDeadline(check, timeoutMs, () => new Error('Redis did not respond within 120 s.'))
  } catch (error) {
    const text = `does not respond (${innermostCode(error) ?? 'no code'})`
    return { findings: [{ name: 'Redis', text, remedy: 'Start Redis, or correct its address in the app.' }], facts: {} }
  }
}

async function checkServer({ run, isCache }: RedisPart): Promise<PartResult> {
  const info = String(await run(readInfo, [], []))
  const [redisVersion, maxmemoryPolicy] = [infoField(info, 'redis_version'), infoField(info, 'maxmemory_policy')]
  const findings = [ok('Redis', redisVersion), evictionFinding(maxmemoryPolicy, isCache)]
  if (isCache) return { findings, facts: { redisVersion, maxmemoryPolicy } }
  const clockDifferenceMs = await clockDifference(run)
  // Counts without a `redisStore`, because that would log the finding about eviction a second time.
  const active = await new SessionIndexes(run).countActive()
  const sessions = ok('Sessions', `${formatNumber(active)} active; Redis itself deletes expired sessions`)
  return {
    findings: [...findings, clockFinding('Redis', clockDifferenceMs), sessions],
    facts: { redisVersion, maxmemoryPolicy, clockDifferenceMs, active },
  }
}

async function clockDifference(run: RedisPart['run']): Promise<number> {
  const sentAt = Date.now()
  const [seconds, micros] = (await run(readTime, [], [])) as readonly string[]
  return Math.round(Number(seconds) * 1000 + Number(micros) / 1000 - (sentAt + Date.now()) / 2)
}

function evictionFinding(policy: string, isCache: boolean): Finding {
  const name = 'Eviction'
  if (policy === 'noeviction') return ok(name, 'none (maxmemory-policy is noeviction)')
  const text = `maxmemory-policy is ${policy}`
  if (isCache) return ok(name, `${text}, which is fine for a cache`)
  const remedy = 'Redis may delete active sessions, and revoke may miss some. Run: redis-cli config set maxmemory-policy noeviction'
  return { name, text, remedy }
}

function infoField(info: string, name: string): string {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? 'unknown'
}
