import { cachedStore, type RedisClient, redisStore } from 'coatcheck/redis'
import { createClient } from 'redis'
import { expect, inject } from 'vitest'
import type { NewSession, SessionStore } from '../lib/core/store/store'
import { aSession, policy } from '../lib/stores/contract/tools'
import type { TestStore } from './databases'

let prefixes = 0
/** A prefix that no other test uses. */
export const freshPrefix = () => `test_${process.pid}_${prefixes++}_${Math.random().toString(36).slice(2)}:`

/** A client that is connected at its first use. */
export const redisClient = (url = inject('redisUrl')) => createClient({ url, disableOfflineQueue: true })

/** A store of its own in Redis, and the client to look behind it. */
export function freshRedisStore() {
  const [client, prefix] = [redisClient(), freshPrefix()]
  return { client, prefix, store: redisStore(client, { prefix }), key: (id: string) => `${prefix}session:{${id}}` }
}

/** Begins a session and answers its row. */
export async function beginIn(store: SessionStore, more: Partial<NewSession> = {}) {
  const row = await store.create(aSession(more), policy)
  return row ?? expect.unreachable('not created')
}

/** A store in Redis whose time can be made to pass. */
export async function redisTestStore(
  client: RedisClient & { destroy(): unknown } = redisClient(),
  url = inject('redisUrl'),
): Promise<TestStore<SessionStore>> {
  const [prefix, behind] = [freshPrefix(), redisClient(url)]
  await behind.connect()
  const elapse = async (seconds: number) => {
    await behind.eval(older, { keys: [], arguments: [prefix, String(seconds * 1000)] })
  }
  const close = async () => {
    for (const each of [client, behind]) each.destroy()
  }
  return { store: redisStore(client, { prefix }), elapse, close, dropsExpired: true }
}

/** A store with a cache before it; when time passes, the copies come of age. */
export async function cachedBy(behind: TestStore<SessionStore>): Promise<TestStore<SessionStore>> {
  const { client, prefix, store } = freshRedisStore()
  const elapse = async (seconds: number) => {
    await behind.elapse(seconds)
    const copies = client.isOpen ? await client.keys(`${prefix}cache:*`) : []
    if (copies.length > 0) await client.del(copies)
  }
  const close = async () => {
    if (client.isOpen) client.destroy()
    await behind.close()
  }
  return { store: cachedStore(behind.store, store, { redisTimeout: 5 }), elapse, close }
}

/** Moves every instant of the store's keys back, and so their ends. */
const older = `
local ms = tonumber(ARGV[2])
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  if redis.call('TYPE', key).ok == 'hash' then
    for _, field in ipairs({ 'created', 'auth', 'seen', 'expires', 'at', 'kept' }) do
      if redis.call('HEXISTS', key, field) == 1 then redis.call('HINCRBY', key, field, -ms) end
    end
  elseif not string.find(key, ':created$') then
    for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -ms, id) end
  end
  local ends = redis.call('PTTL', key)
  if ends > 0 then redis.call('PEXPIRE', key, ends - ms) end
end
`
