// What runs inside Redis: each script is one atomic step on the keys of one session. Values travel as text and are never decoded there,
// since Lua's JSON makes empty arrays objects and cuts long numbers; only the options, texts and small numbers of ours, are.
//
// A session is a hash: `hash`, `user`, `created`, `auth`, `seen`, `expires` (milliseconds), its rule (`at` or `idle`), `ip`, `agent`,
// `version`, `kept` (until when its user's index knows it), and a field `d:<key>` for each key of its data, holding JSON.

/** The one clock. */
export const clock = `
local key, time = KEYS[1], redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number) return string.format('%.0f', number) end
`

/** What several scripts share: `o` are the options, `row` the session's own fields. */
const common = `${clock}
local function read()
  local names = { 'hash', 'user', 'created', 'auth', 'seen', 'expires', 'at', 'idle', 'version', 'kept' }
  local row, values = {}, redis.call('HMGET', key, unpack(names))
  for i, name in ipairs(names) do row[name] = values[i] end
  return row.hash and row
end
local function isLive(row) return tonumber(row.expires) > now end

local function answer()
  local fields = redis.call('HGETALL', key)
  table.insert(fields, 'now')
  table.insert(fields, text(now))
  return fields
end

local function life(o, idle)
  local own = tonumber(idle or 0) * 1000
  return own == 0 and o.maxAge or own
end
local function ends(o, at, idle, born)
  local last = at and tonumber(at) or now + life(o, idle)
  return o.absolute and math.min(last, born + o.absolute) or last
end

-- Refuses until the user's index keeps the session for as long as it will live. Asks for a margin, of a minute at least: time passes until
-- the index is written, also for a session that has ended by then.
local function keep(user, expires)
  local margin = math.min(math.max(expires - now, 60000), 86400000)
  return { 'keep', user, text(expires + margin) }
end
`

/** The live session under a token hash. */
export const find = `${common}
local row = read()
return row and row.hash == ARGV[1] and isLive(row) and answer()
`

/** The live session, for operators. */
export const peek = `${common}
local row = read()
return row and isLive(row) and answer()
`

/** Begins a session. */
export const create = `${common}
local o = cjson.decode(ARGV[1])
if redis.call('EXISTS', key) == 1 then return redis.error_reply('EXISTS a session of this id') end
local expires = ends(o, o.own.at, o.own.idle, now)
if o.own.user and (o.kept or 0) < expires then return keep(o.own.user, expires) end
for name, value in pairs(o.own) do redis.call('HSET', key, name, value) end
for i = 2, #ARGV, 2 do redis.call('HSET', key, ARGV[i], ARGV[i + 1]) end
if o.own.user then redis.call('HSET', key, 'auth', text(now), 'kept', text(o.kept)) end
redis.call('HSET', key, 'created', text(now), 'seen', text(now), 'expires', text(expires), 'version', 1)
local created = answer()
table.insert(created, 'moved')
table.insert(created, '1')
redis.call('PEXPIREAT', key, text(expires))
return created
`

/** Changes the live session under a token hash; the policy's steps are those of core/expiry.ts. */
export const update = `${common}
local o, at = cjson.decode(ARGV[2]), 2
local function nextText() at = at + 1 return ARGV[at] end

local row = read()
if not row or row.hash ~= ARGV[1] or not isLive(row) then return false end
if o.ifVersion and tonumber(row.version) ~= o.ifVersion then return false end
local takeField = o.take and nextText()
local taken = takeField and redis.call('HGET', key, takeField)
if takeField and not taken then return false end
if o.maxBytesBefore then
  local bytes, fields = 2, redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 2) == 'd:' then bytes = bytes + #fields[i] + #fields[i + 1] + 2 end
  end
  if bytes > o.maxBytesBefore then return false end
end

local born = tonumber(row.auth or row.created)
local step = math.min(o.touch, life(o, row.idle) / 10)
local moves = o.login or tonumber(row.seen) + step <= now
local before = tonumber(row.expires)
local expires = before
if o.extendsExpiry then
  local following = ends(o, row.at, row.idle, born)
  if following < before or following > before + step then expires = following end
end
if o.ruled then row.at, row.idle = o.own.at, o.own.idle end
if o.login then born = now end
if o.ruled or o.login then expires = ends(o, row.at, row.idle, born) end

local user, kept = o.own.user or row.user, 0
if user == row.user then kept = tonumber(row.kept or 0) end
if user == o.keptFor then kept = math.max(kept, o.kept) end
if user and kept < expires then return keep(user, expires) end

if takeField then redis.call('HDEL', key, takeField) end
if o.clear then
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if string.sub(field, 1, 2) == 'd:' and string.sub(field, 3, 3) ~= '_' then redis.call('HDEL', key, field) end
  end
end
for _ = 1, o.removed do redis.call('HDEL', key, nextText()) end
for _ = 1, o.set do redis.call('HSET', key, nextText(), nextText()) end
for _ = 1, o.defaults do redis.call('HSETNX', key, nextText(), nextText()) end

if o.ruled then redis.call('HDEL', key, 'at', 'idle') end
for name, value in pairs(o.own) do redis.call('HSET', key, name, value) end
if o.login then redis.call('HSET', key, 'auth', text(now)) end
if moves then
  redis.call('HSET', key, 'seen', text(now))
  if o.client then
    redis.call('HDEL', key, 'ip', 'agent')
    for name, value in pairs(o.client) do redis.call('HSET', key, name, value) end
  end
end
if o.changes then redis.call('HINCRBY', key, 'version', 1) end
redis.call('HSET', key, 'expires', text(expires), 'kept', text(kept))
local changed = answer()
local function add(name, value) table.insert(changed, name) table.insert(changed, value) end
if taken then add('taken', taken) end
if moves or expires ~= before then add('moved', '1') end
redis.call('PEXPIREAT', key, text(expires))
return changed
`

/** Ends a session, if it is of the token hash and user and was last seen when they are given, and live where asked; answers its user. */
export const remove = `${common}
local o, row = cjson.decode(ARGV[1]), read()
if not row or (o.hash and o.hash ~= row.hash) or (o.user and o.user ~= row.user) then return false end
if (o.live and not isLive(row)) or (o.seen and o.seen ~= row.seen) then return false end
redis.call('DEL', key)
return row.user and { row.user } or {}
`

/** Lets a user's index know a session until a moment, and forgets those whose time is over. */
export const keepInUserIndex = `${clock}
redis.call('ZADD', key, 'GT', ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now))
local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
if last[2] then redis.call('PEXPIREAT', key, text(tonumber(last[2]))) end
`

/** The ids that a user's index knows. */
export const userIndex = `return redis.call('ZRANGE', KEYS[1], 0, -1)`

/** Drops ids from sorted sets. */
export const forget = `
for _, set in ipairs(KEYS) do
  for _, id in ipairs(ARGV) do redis.call('ZREM', set, id) end
end
`

/** Enters a session in the index of all (by id, by last use, by end), drops a few that have ended, and lets it go a day after the last. */
export const note = `${clock}
redis.call('ZADD', KEYS[1], 0, ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', text(now), 'LIMIT', 0, 100)) do
  for _, set in ipairs(KEYS) do redis.call('ZREM', set, id) end
end
local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
for _, set in ipairs(KEYS) do redis.call('PEXPIREAT', set, text(tonumber(last[2] or now) + 86400000)) end
`

/** Ids of the index by id, descending, from below a member. */
export const newestCreated = `return redis.call('ZREVRANGEBYLEX', KEYS[1], ARGV[1], '-', 'LIMIT', 0, ARGV[2])`

/** The same, ascending, from above a member. */
export const oldestCreated = `return redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], '+', 'LIMIT', 0, ARGV[2])`

/** Ids of the index by last use, descending, from a score on; then the score of each. */
export const newestSeen = `return redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', ARGV[2], ARGV[3])`

/** The same, ascending. */
export const oldestSeen = `return redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', ARGV[2], ARGV[3])`

/** How many sessions of the index have not ended. */
export const countLive = `${clock}
return redis.call('ZCOUNT', key, '(' .. text(now), '+inf')
`
