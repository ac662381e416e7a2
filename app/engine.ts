/** Where this demo keeps its sessions: SESSION_ENGINE, as Django calls the setting. */
export type Engine = 'db' | 'cached' | 'redis' | 'cookie' | 'memory'

/** What the pages say of an engine. */
interface EngineWords {
  /** Where a session lies. */
  readonly kept: string
  /** What a visitor who only looks leaves behind. */
  readonly nothing: string
  /** What browser and server hold. */
  readonly idea: string
  /** What a session consists of. */
  readonly parts: string
  /** What a cart survives. */
  readonly cart: string
  /** Of a request without a statement. */
  readonly unasked: string
  /** What a new password does to the sessions that there are. */
  readonly newPassword: string
}

const survivesAll = 'it survives logging in, and a restart of the server.'
const logsOut = 'It logs out your other devices, and this one gets a new key.'
const database = {
  newPassword: logsOut,
  nothing: 'no row, and no cookie',
  idea: 'Your browser holds a signed ticket, the database holds the coat.',
  parts: 'A cookie with a signed token, and a row in your database: nothing else.',
  cart: survivesAll,
}

const words: Readonly<Record<Engine, EngineWords>> = {
  db: { ...database, kept: 'PostgreSQL, one row', unasked: 'not asked' },
  cached: {
    ...database,
    kept: 'PostgreSQL, one row, with a copy in Redis',
    parts: 'A cookie with a signed token, a row in your database, and for some seconds a copy in Redis: nothing else.',
    unasked: 'PostgreSQL not asked; what Redis was asked is not listed',
  },
  redis: {
    kept: 'Redis, one hash',
    newPassword: logsOut,
    nothing: 'nothing in Redis, and no cookie',
    idea: 'Your browser holds a signed ticket, Redis holds the coat.',
    parts: 'A cookie with a signed token, and a hash in Redis: nothing else.',
    cart: survivesAll,
    unasked: 'PostgreSQL not asked; what Redis was asked is not listed',
  },
  cookie: {
    kept: 'this cookie, encrypted',
    newPassword: 'Your other devices stay logged in: their cookies hold all there is.',
    nothing: 'no cookie',
    idea: 'Your browser holds the coat itself, in a cookie that only this server can open.',
    parts: 'One encrypted cookie: nothing else.',
    cart: survivesAll,
    unasked: 'PostgreSQL not asked: sessions come with their cookie',
  },
  memory: {
    kept: 'the memory of this server',
    newPassword: logsOut,
    nothing: 'nothing in memory, and no cookie',
    idea: 'Your browser holds a signed ticket, this server holds the coat, as long as it runs.',
    parts: 'A cookie with a signed token, and an object in the memory of this server: nothing else.',
    cart: 'it survives logging in, but no restart of the server.',
    unasked: 'PostgreSQL not asked: sessions lie in memory',
  },
}

/** The engine that the environment names. */
export const engine = checked(process.env.SESSION_ENGINE ?? 'db')

/** What the pages say of it. */
export const engineWords = words[engine]

function checked(name: string): Engine {
  if (!isEngine(name)) throw new Error(`SESSION_ENGINE is ${name}; use ${Object.keys(words).join(', ')}`)
  return name
}

function isEngine(name: string): name is Engine {
  return Object.hasOwn(words, name)
}
