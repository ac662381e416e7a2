import { clock } from './scripts.ts'

// The Lua scripts for the indexes, which are sorted sets. Each is one atomic step on the keys of one slot.

/** Lists a session in a user's index until a given time, and removes the entries whose time has passed. */
export const addToUserIndex = `${clock}
redis.call('ZADD', key, 'GT', ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now))
local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
if last[2] then redis.call('PEXPIREAT', key, text(tonumber(last[2]))) end
`

/** Returns the ids in a user's index. */
export const readUserIndex = `return redis.call('ZRANGE', KEYS[1], 0, -1)`

/** Removes ids from sorted sets. */
export const removeFromIndex = `
for _, set in ipairs(KEYS) do
  for _, id in ipairs(ARGV) do redis.call('ZREM', set, id) end
end
`

/**
 * Adds a session to the three sorted sets of the global index (by id, last-seen and expiry), and removes up to 100
 * expired sessions. The sets themselves expire a day after their last session.
 */
export const addToGlobalIndex = `${clock}
redis.call('ZADD', KEYS[1], 0, ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', text(now), 'LIMIT', 0, 100)) do
  for _, set in ipairs(KEYS) do redis.call('ZREM', set, id) end
end
local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
for _, set in ipairs(KEYS) do redis.call('PEXPIREAT', set, text(tonumber(last[2] or now) + 86400000)) end
`

/** Returns ids in descending order, starting below a given member of the set by id. */
export const newestCreated = `return redis.call('ZREVRANGEBYLEX', KEYS[1], ARGV[1], '-', 'LIMIT', 0, ARGV[2])`

/** Returns ids in ascending order, starting above a given member of the set by id. */
export const oldestCreated = `return redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], '+', 'LIMIT', 0, ARGV[2])`

/** Returns ids and their last-seen times in turn, in descending order, starting at a given time. */
export const newestSeen = `return redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', ARGV[2], ARGV[3])`

/** Returns ids and their last-seen times in turn, in ascending order, starting at a given time. */
export const oldestSeen = `return redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', ARGV[2], ARGV[3])`

/** Returns the number of sessions in the global index that have not expired. */
export const countActive = `${clock}
return redis.call('ZCOUNT', key, '(' .. text(now), '+inf')
`
