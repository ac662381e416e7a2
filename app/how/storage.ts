import { type Engine, engine } from '../engine'

/** The texts with which the page describes the engine's storage on the server. */
export interface StorageTexts {
  /** The accessible name of the diagram. */
  readonly diagram: string
  readonly where: string
  readonly what: string
  readonly name: string
  /** The lookup that finds a session. */
  readonly lookup: string
  /** The condition of the lookup. */
  readonly condition: string
  /** The names of a session's fields there. */
  readonly fields: Readonly<Record<'id' | 'hash' | 'user' | 'created' | 'seen' | 'expires', string>>
  /** The operation that replaces the token. */
  readonly rotation: string
  /** Describes a copy of the session in a cache. */
  readonly copy?: string
}

const database: StorageTexts = {
  diagram: 'From the cookie to the row',
  where: 'The database',
  what: 'a row',
  name: 'sessions',
  lookup: 'one SELECT',
  condition: 'row.id = id AND row.token_hash = SHA-256(secret) AND row.expires_at > now()',
  fields: {
    id: 'id',
    hash: 'token_hash',
    user: 'user_id',
    created: 'created_at',
    seen: 'last_seen_at',
    expires: 'expires_at',
  },
  rotation: 'one UPDATE',
}

const texts: Readonly<Record<Exclude<Engine, 'cookie'>, StorageTexts>> = {
  db: database,
  cached: {
    ...database,
    lookup: 'a Redis lookup, or else one SELECT',
    copy: 'In Redis for at most 10 s. Each write deletes it first. A logout completes only once it is deleted.',
  },
  redis: {
    diagram: 'From the cookie to the Redis hash',
    where: 'Redis',
    what: 'a hash',
    name: 'coatcheck:session:{id}',
    lookup: 'one Redis script',
    condition: 'the hash of this id, if hash = SHA-256(secret) and expires > now',
    fields: { id: 'id, in the key', hash: 'hash', user: 'user', created: 'created', seen: 'seen', expires: 'expires' },
    rotation: 'one Redis script',
  },
  memory: {
    diagram: 'From the cookie to the object',
    where: 'The memory',
    what: 'an object, until the server stops',
    name: 'memoryStore()',
    lookup: 'one lookup',
    condition: 'the object of this id, if tokenHash = SHA-256(secret) and expiresAt > now',
    fields: {
      id: 'id',
      hash: 'tokenHash',
      user: 'userId',
      created: 'createdAt',
      seen: 'lastSeenAt',
      expires: 'expiresAt',
    },
    rotation: 'one change of the object',
  },
}

/** The texts of the current engine; null if it stores sessions in their cookies only. */
export const storage: StorageTexts | null = engine === 'cookie' ? null : texts[engine]
