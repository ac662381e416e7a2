import type { RunScript } from './connection.ts'

/**
 * Returns the `maxmemory-policy` if Redis may evict keys, or nothing. A user of Redis who may not run INFO gets nothing. CONFIG
 * is not allowed in scripts, and most hosted servers do not allow it at all.
 */
const evictionPolicy = `
local info = redis.pcall('INFO', 'memory')
if type(info) ~= 'string' then return false end
local policy = string.match(info, 'maxmemory_policy:([%w-]+)')
return (tonumber(string.match(info, 'maxmemory:(%d+)')) or 0) > 0 and policy ~= 'noeviction' and policy
`

/**
 * Returns `run` with an addition: after the first reply, it warns if Redis may evict keys. It checks in the background and ignores
 * failures, so no operation waits for the check or fails because of it. In a cluster, it checks one node.
 */
export function withEvictionWarning(run: RunScript): RunScript {
  let isChecked = false
  return async (...args) => {
    const reply = await run(...args)
    if (!isChecked) {
      isChecked = true
      void run(evictionPolicy, [], []).then(warn, () => {})
    }
    return reply
  }
}

function warn(policy: unknown): void {
  if (typeof policy !== 'string') return
  const effect =
    'When its memory is full, it deletes sessions, which logs users out, and user indexes, which hides sessions from revokeUser.'
  const remedy = 'Run CONFIG SET maxmemory-policy noeviction, and set it in redis.conf or in the settings of your Redis host.'
  console.warn(`coatcheck: Redis stores sessions, but its maxmemory-policy is ${policy}. ${effect} ${remedy}`)
}
