import { cachedStore, type RedisClient, redisStore } from 'coatcheck/redis'
import { createClient } from 'redis'
import { expect } from 'vitest'
import type { SessionStore } from '../lib/core/store/store'
import type { NewSession } from '../lib/core/store/stored-session'
import { aSession, policy } from '../lib/stores/contract/tools'
import type { TestStore } from './stores'
import { redisUrl } from './use-redis'

let prefixes = 0
/** Returns a prefix that no other test uses. */
export const freshPrefix = () => `test_${process.pid}_${prefixes++}_${Math.random().toString(36).slice(2)}:`

/** Returns a client that is not connected yet. */
export const redisClient = (url = redisUrl) => createClient({ url, disableOfflineQueue: true })

/** Returns an empty store in Redis, its client and prefix, and the key of each session. */
export function freshRedisStore() {
  const [client, prefix] = [redisClient(), freshPrefix()]
  return { client, prefix, store: redisStore(client, { prefix }), key: (id: string) => `${prefix}session:{${id}}` }
}

/** Creates a session and returns it. */
export async function createIn(store: SessionStore, more: Partial<NewSession> = {}) {
  const row = await store.create(aSession(more), policy)
  return row ?? expect.unreachable('The store created no session.')
}

/** Returns a store in Redis whose sessions can be made older. */
export async function redisTestStore(
  client: RedisClient & { destroy(): unknown } = redisClient(),
  url = redisUrl,
): Promise<TestStore<SessionStore>> {
  const [prefix, direct] = [freshPrefix(), redisClient(url)]
  await direct.connect()
  const elapse = async (seconds: number) => {
    await direct.eval(moveBack, { keys: [], arguments: [prefix, String(seconds * 1000)] })
  }
  const close = async () => {
    for (const each of [client, direct]) each.destroy()
  }
  return { store: redisStore(client, { prefix }), elapse, close, dropsExpired: true }
}

/** Returns a cached store in front of `behind`. When time passes, all copies expire. */
export async function cachedTestStore(behind: TestStore<SessionStore>): Promise<TestStore<SessionStore>> {
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

/** Moves every time in the store's keys back, and the expiry of the keys. */
const moveBack = `
local ms = tonumber(ARGV[2])
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  if redis.call('TYPE', key).ok == 'hash' then
    for _, field in ipairs({ 'created', 'auth', 'seen', 'expires', 'at', 'indexedUntil', 'rotatedAt' }) do
      if redis.call('HEXISTS', key, field) == 1 then redis.call('HINCRBY', key, field, -ms) end
    end
  elseif not string.find(key, ':created$') then
    for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -ms, id) end
  end
  local remaining = redis.call('PTTL', key)
  if remaining > 0 then redis.call('PEXPIRE', key, remaining - ms) end
end
`
