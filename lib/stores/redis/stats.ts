import type { StoreStats } from '../../core/store/statistics.ts'
import { hourMs, statsDays } from '../../core/store/statistics.ts'
import { tally } from '../rows/rows.ts'
import { type RedisConnection, textsOf } from './connection.ts'
import { all } from './indexes.ts'
import { clock } from './scripts.ts'
import { sessionKey } from './values.ts'

/** Sessions looked at one by one. */
const sampleSize = 1000
const hours = 24 * statsDays

/**
 * Now, how many sessions have not ended, how many began in each hour, the running one first, and the ids of a sample. An id begins with the time at
 * which it was made, so that the index by id can be counted by time.
 */
const figures = `${clock}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', text(now), 'LIMIT', 0, 1000)) do
  for _, set in ipairs(KEYS) do redis.call('ZREM', set, id) end
end
local figures = { text(now), redis.call('ZCOUNT', KEYS[3], '(' .. text(now), '+inf') }
local function idsFrom(ms) return string.format('%08x-%04x', math.floor(ms / 65536), ms % 65536) end
for i = 0, ${hours - 1} do
  local at = now - now % ${hourMs} - i * ${hourMs}
  table.insert(figures, redis.call('ZLEXCOUNT', KEYS[1], '[' .. idsFrom(at), '(' .. idsFrom(at + ${hourMs})))
end
for _, id in ipairs(redis.call('ZRANDMEMBER', KEYS[3], ${sampleSize})) do table.insert(figures, id) end
return figures
`

/** What of a live session is counted: whether it has a user, and its user agent. */
const glance = `${clock}
local values = redis.call('HMGET', key, 'expires', 'user', 'agent')
if not values[1] or tonumber(values[1]) <= now then return false end
return values[3] and { values[2] and '1' or '0', values[3] } or { values[2] and '1' or '0' }
`

/** The figures of all sessions: one script over their index, and one for each session of a sample. */
export async function readStats(connection: RedisConnection): Promise<StoreStats> {
  const [now, total, ...rest] = textsOf(await connection.run(figures, Object.values(all), [])) ?? []
  const [time, indexed, ids] = [Number(now), Number(total), rest.slice(hours)]
  const glances = await Promise.all(ids.map((id) => connection.run(glance, [sessionKey(id)], [])))
  const sample = glances.map(textsOf).filter((seen) => seen !== null)
  const estimated = indexed > sampleSize
  const scaled = (count: number) => (estimated ? Math.round((count * indexed) / Math.max(sample.length, 1)) : count)
  const agents = tally(sample.map(([, userAgent = null]) => userAgent))
  return {
    now: new Date(time),
    active: scaled(sample.length),
    signedIn: scaled(sample.filter(([user]) => user === '1').length),
    expired: 0,
    estimated,
    started: rest.slice(0, hours).map((count, i) => ({ at: new Date(time - (time % hourMs) - i * hourMs), count: Number(count) })),
    userAgents: [...agents].map(([userAgent, count]) => ({ userAgent, count: scaled(count) })),
  }
}
