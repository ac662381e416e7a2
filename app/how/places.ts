import { type Engine, engine } from '../engine'

/** A place on the server where sessions lie, and what its parts are called there. */
export interface Place {
  /** The figure's name. */
  readonly picture: string
  readonly where: string
  readonly what: string
  readonly name: string
  /** How the server asks there. */
  readonly ask: string
  /** What it asks for. */
  readonly question: string
  readonly fields: Readonly<Record<'id' | 'hash' | 'user' | 'created' | 'seen' | 'expires', string>>
  /** What a rotation is. */
  readonly rotation: string
  /** Of a copy that lies elsewhere. */
  readonly copy?: string
}

const database: Place = {
  picture: 'From the cookie to the row',
  where: 'The database',
  what: 'a row',
  name: 'sessions',
  ask: 'one SELECT',
  question: 'row.id = id AND row.token_hash = SHA-256(secret) AND row.expires_at > now()',
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

const places: Readonly<Record<Exclude<Engine, 'cookie'>, Place>> = {
  db: database,
  cached: {
    ...database,
    ask: 'a look into Redis, else one SELECT',
    copy: 'In Redis for at most 10 s. Each write takes it away first; a log-out is done only when it is gone.',
  },
  redis: {
    picture: 'From the cookie to the hash',
    where: 'Redis',
    what: 'a hash',
    name: 'coatcheck:session:{id}',
    ask: 'one script',
    question: 'the hash of this id, if hash = SHA-256(secret) and expires > now',
    fields: { id: 'id, in the key', hash: 'hash', user: 'user', created: 'created', seen: 'seen', expires: 'expires' },
    rotation: 'one script in Redis',
  },
  memory: {
    picture: 'From the cookie to the object',
    where: 'The memory',
    what: 'an object, as long as the server runs',
    name: 'memoryStore()',
    ask: 'one look',
    question: 'the object of this id, if tokenHash = SHA-256(secret) and expiresAt > now',
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

/** Where the engine keeps sessions; null: nowhere on the server, but in their cookies. */
export const place: Place | null = engine === 'cookie' ? null : places[engine]
