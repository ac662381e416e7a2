import type { StoreStats } from '../../core/store/statistics.ts'
import { hourMs, statsDays } from '../../core/store/statistics.ts'
import { tally } from '../rows/rows.ts'
import { type RunScript, textsOf } from './connection.ts'
import { sessionKey } from './encoding.ts'
import { globalIndex } from './indexes.ts'
import { clock } from './scripts.ts'

/** The number of sessions that are read one by one. */
const sampleSize = 1000
const hours = 24 * statsDays

/**
 * Returns the time, the number of active sessions, the number of sessions created in each hour (the current hour first), and the
 * ids of a random sample. An id starts with the time of its creation, so the set that is sorted by id can be counted by time.
 */
const countAndSample = `${clock}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', text(now), 'LIMIT', 0, 1000)) do
  for _, set in ipairs(KEYS) do redis.call('ZREM', set, id) end
end
local result = { text(now), redis.call('ZCOUNT', KEYS[3], '(' .. text(now), '+inf') }
local function idsFrom(ms) return string.format('%08x-%04x', math.floor(ms / 65536), ms % 65536) end
for i = 0, ${hours - 1} do
  local at = now - now % ${hourMs} - i * ${hourMs}
  table.insert(result, redis.call('ZLEXCOUNT', KEYS[1], '[' .. idsFrom(at), '(' .. idsFrom(at + ${hourMs})))
end
for _, id in ipairs(redis.call('ZRANDMEMBER', KEYS[3], ${sampleSize})) do table.insert(result, id) end
return result
`

/** Returns the parts of a live session that are counted: '1' if it has a user and '0' if not, then its user agent if it has one. */
const readSummary = `${clock}
local values = redis.call('HMGET', key, 'expires', 'user', 'agent')
if not values[1] or tonumber(values[1]) <= now then return false end
return values[3] and { values[2] and '1' or '0', values[3] } or { values[2] and '1' or '0' }
`

/** Returns statistics of all sessions. Runs one script on the global index, and one for each session of a sample. */
export async function readStats(run: RunScript): Promise<StoreStats> {
  const [now, total, ...rest] = textsOf(await run(countAndSample, Object.values(globalIndex), [])) ?? []
  const [time, indexed, ids] = [Number(now), Number(total), rest.slice(hours)]
  const replies = await Promise.all(ids.map((id) => run(readSummary, [sessionKey(id)], [])))
  const sample = replies.map(textsOf).filter((summary) => summary !== null)
  const estimated = indexed > sampleSize
  const scaled = (count: number) => (estimated ? Math.round((count * indexed) / Math.max(sample.length, 1)) : count)
  const agents = tally(sample.map(([, userAgent = null]) => userAgent))
  return {
    now: new Date(time),
    active: scaled(sample.length),
    signedIn: scaled(sample.filter(([hasUser]) => hasUser === '1').length),
    expired: 0,
    estimated,
    started: rest.slice(0, hours).map((count, i) => ({ at: new Date(time - (time % hourMs) - i * hourMs), count: Number(count) })),
    userAgents: [...agents].map(([userAgent, count]) => ({ userAgent, count: scaled(count) })),
  }
}
