import { rotationGraceSeconds } from '../../core/store/store.ts'

// The Lua scripts that read or change one session. Each script is one atomic step inside Redis. The values of a
// session's data are JSON texts, which Lua stores without decoding them: its JSON library turns empty arrays into
// objects and truncates long numbers. Lua decodes only the options of a script, which contain texts and small numbers.
//
// A session is a hash. Times are epoch milliseconds. Fields: `hash` (of the token), `rotatedAt`, `user`, `created`,
// `auth` (the login), `authHash`, `device` (its key), `seen`, `expires`, `at` or `idle` (the session's own expiry
// rule), `ip`, `agent`, `version`, `indexedUntil` (the time until which the user's index lists the session), and
// `d:<key>` for each key of the data. The words that a script returns instead of a session, 'rotated' and 'index', must
// not be names of fields: Redis returns the fields of a large hash in any order.

/** Defines `key`, `now` by the clock of Redis, and `text`, which formats a number without an exponent. */
export const clock = `
local key, time = KEYS[1], redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number) return string.format('%.0f', number) end
`

/** Functions that several scripts use. `row` contains the fields of a session without its data. */
const common = `${clock}
local function readRow()
  local names = { 'hash', 'user', 'created', 'auth', 'seen', 'expires', 'at', 'idle', 'version', 'indexedUntil', 'rotatedAt' }
  local row, values = {}, redis.call('HMGET', key, unpack(names))
  for i, name in ipairs(names) do row[name] = values[i] end
  return row.hash and row
end
local function isLive(row) return tonumber(row.expires) > now end
local function wasRotated(row) return tonumber(row.rotatedAt or 0) + ${rotationGraceSeconds * 1000} > now end

-- Returns all fields of the session and the current time, as names and values in turn.
local function readSession()
  local fields = redis.call('HGETALL', key)
  table.insert(fields, 'now')
  table.insert(fields, text(now))
  return fields
end

-- Returns the idle lifetime in milliseconds: the session's own, or the default if it is nil or 0.
local function idleMs(options, idle)
  local own = tonumber(idle or 0) * 1000
  return own == 0 and options.maxAge or own
end
local function expiryOf(options, at, idle, startedAt)
  local expires = at and tonumber(at) or now + idleMs(options, idle)
  return options.absolute and math.min(expires, startedAt + options.absolute) or expires
end

-- Returned instead of a session if the user's index does not list the session until it expires. The caller then writes the index
-- and runs the script again. Time passes until then, so the entry lasts longer than the session: at least a minute, at most a day.
local function indexFirst(user, expires)
  local margin = math.min(math.max(expires - now, 60000), 86400000)
  return { 'index', user, text(expires + margin) }
end
`

/**
 * Returns the live session with this token hash, or 'rotated' if the hash is an old one and the token was rotated a
 * moment ago.
 */
export const find = `${common}
local row = readRow()
if not row or not isLive(row) then return false end
if row.hash == ARGV[1] then return readSession() end
return wasRotated(row) and { 'rotated' }
`

/** Returns the live session with this id, for administration. */
export const findById = `${common}
local row = readRow()
return row and isLive(row) and readSession()
`

/** Creates a session and returns it. */
export const create = `${common}
local options = cjson.decode(ARGV[1])
local fields = options.fields
if redis.call('EXISTS', key) == 1 then return redis.error_reply('EXISTS a session with this id is stored') end
local expires = expiryOf(options, fields.at, fields.idle, now)
if fields.user and (options.indexedUntil or 0) < expires then return indexFirst(fields.user, expires) end
for name, value in pairs(fields) do redis.call('HSET', key, name, value) end
for i = 2, #ARGV, 2 do redis.call('HSET', key, ARGV[i], ARGV[i + 1]) end
if fields.user then redis.call('HSET', key, 'auth', text(now), 'indexedUntil', text(options.indexedUntil)) end
redis.call('HSET', key, 'created', text(now), 'seen', text(now), 'expires', text(expires), 'version', 1)
local created = readSession()
table.insert(created, 'timesChanged')
table.insert(created, '1')
redis.call('PEXPIREAT', key, text(expires))
return created
`

/**
 * Changes the live session with this token hash and returns it. Expiry and last-seen follow the rules of
 * core/store/expiry.ts.
 */
export const update = `${common}
local options, position = cjson.decode(ARGV[2]), 2
local function nextText() position = position + 1 return ARGV[position] end

local row = readRow()
if not row or not isLive(row) then return false end
local isSubmittedTwice = options.acceptsRotated and row.user == options.fields.user and wasRotated(row)
if row.hash ~= ARGV[1] and not isSubmittedTwice then return false end
if options.ifVersion and tonumber(row.version) ~= options.ifVersion then return false end
local takenField = options.takes and nextText()
local taken = takenField and redis.call('HGET', key, takenField)
if takenField and not taken then return false end
if options.maxBytesBefore then
  local bytes, stored = 2, redis.call('HGETALL', key)
  for i = 1, #stored, 2 do
    if string.sub(stored[i], 1, 2) == 'd:' then bytes = bytes + #stored[i] + #stored[i + 1] + 2 end
  end
  if bytes > options.maxBytesBefore then return false end
end

local startedAt = tonumber(row.auth or row.created)
local step = math.min(options.touch, idleMs(options, row.idle) / 10)
local isSeen = options.logsIn or tonumber(row.seen) + step <= now
local before = tonumber(row.expires)
local expires = before
if options.extendsExpiry then
  local extended = expiryOf(options, row.at, row.idle, startedAt)
  if extended < before or extended > before + step then expires = extended end
end
if options.setsRule then row.at, row.idle = options.fields.at, options.fields.idle end
if options.logsIn then startedAt = now end
if options.setsRule or options.logsIn then expires = expiryOf(options, row.at, row.idle, startedAt) end

local user, indexedUntil = options.fields.user or row.user, 0
if user == row.user then indexedUntil = tonumber(row.indexedUntil or 0) end
if user == options.indexedUser then indexedUntil = math.max(indexedUntil, options.indexedUntil) end
if user and indexedUntil < expires then return indexFirst(user, expires) end

if takenField then redis.call('HDEL', key, takenField) end
if options.clears then
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if string.sub(field, 1, 2) == 'd:' and string.sub(field, 3, 3) ~= '_' then redis.call('HDEL', key, field) end
  end
end
for _ = 1, options.removeCount do redis.call('HDEL', key, nextText()) end
for _ = 1, options.setCount do redis.call('HSET', key, nextText(), nextText()) end
for _ = 1, options.defaultCount do redis.call('HSETNX', key, nextText(), nextText()) end

if options.setsRule then redis.call('HDEL', key, 'at', 'idle') end
for _, name in ipairs(options.cleared) do redis.call('HDEL', key, name) end
for name, value in pairs(options.fields) do redis.call('HSET', key, name, value) end
if options.fields.hash then redis.call('HSET', key, 'rotatedAt', text(now)) end
if options.logsIn then redis.call('HSET', key, 'auth', text(now)) end
if isSeen then
  redis.call('HSET', key, 'seen', text(now))
  if options.client then
    redis.call('HDEL', key, 'ip', 'agent')
    for name, value in pairs(options.client) do redis.call('HSET', key, name, value) end
  end
end
if options.raisesVersion then redis.call('HINCRBY', key, 'version', 1) end
redis.call('HSET', key, 'expires', text(expires), 'indexedUntil', text(indexedUntil))
local changed = readSession()
local function add(name, value) table.insert(changed, name) table.insert(changed, value) end
if taken then add('taken', taken) end
if isSeen or expires ~= before then add('timesChanged', '1') end
redis.call('PEXPIREAT', key, text(expires))
return changed
`

/**
 * Deletes the session if every condition in ARGV matches. Returns a list: its user id, or nothing for an anonymous
 * session.
 */
export const remove = `${common}
local condition, row = cjson.decode(ARGV[1]), readRow()
if not row or (condition.live and not isLive(row)) then return false end
for _, name in ipairs({ 'hash', 'user', 'seen' }) do
  if condition[name] and condition[name] ~= row[name] then return false end
end
redis.call('DEL', key)
return row.user and { row.user } or {}
`
