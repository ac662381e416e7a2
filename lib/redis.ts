export { type CachedStoreOptions, cachedStore } from './stores/cached.ts'
export type { RedisClient, RedisClientSource, RedisConnection, ScriptInput } from './stores/redis/connection.ts'
export { type RedisStore, type RedisStoreOptions, redisStore } from './stores/redis/store.ts'
