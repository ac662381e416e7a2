/** The engine that stores the sessions of this demo: SESSION_ENGINE, named after Django's setting. */
export type Engine = 'db' | 'cached' | 'redis' | 'cookie' | 'memory'

/** The texts with which the pages describe an engine. */
interface EngineTexts {
  /** The place where a session is stored. */
  readonly storedIn: string
  /** The description of what is stored for a visitor who only reads. */
  readonly nothing: string
  /** What the library is, in a few words. */
  readonly headline: string
  /** What the browser and the server store. It follows "Coatcheck is a library that works like Django's sessions:". */
  readonly summary: string
  /** The parts of a session. */
  readonly parts: string
  /** The events that a cart survives. */
  readonly cart: string
  /** Shown for a request that ran no SQL statement. */
  readonly noStatements: string
  /** The effect of a new password on the user's sessions. */
  readonly newPassword: string
}

const survivesRestart = 'It survives logging in and a server restart.'
const logsOut = 'This logs out your other devices and gives this device a new session token.'
const headline = 'Server-side sessions for Next.js'
const database = {
  headline,
  newPassword: logsOut,
  nothing: 'no row, no cookie',
  summary: 'the browser gets a signed cookie, and your Postgres database stores the data.',
  parts: 'A session is a cookie with a signed token and a row in the database.',
  cart: survivesRestart,
}

const texts: Readonly<Record<Engine, EngineTexts>> = {
  db: { ...database, storedIn: 'PostgreSQL, one row', noStatements: 'no statements' },
  cached: {
    ...database,
    storedIn: 'PostgreSQL, one row, with a copy in Redis',
    parts: 'A session is a cookie with a signed token, a row in the database, and for a few seconds a copy in Redis.',
    noStatements: 'no PostgreSQL statements; Redis commands are not listed',
  },
  redis: {
    storedIn: 'Redis, one hash',
    newPassword: logsOut,
    nothing: 'nothing in Redis, no cookie',
    headline,
    summary: 'the browser gets a signed cookie, and Redis stores the data.',
    parts: 'A session is a cookie with a signed token and a hash in Redis.',
    cart: survivesRestart,
    noStatements: 'no PostgreSQL statements; Redis commands are not listed',
  },
  cookie: {
    storedIn: 'this cookie, encrypted',
    newPassword: 'This logs out your other devices, because their sessions belong to your old password.',
    nothing: 'no cookie',
    headline: 'Sessions for Next.js',
    summary: 'the browser stores the data in a cookie that only this server can decrypt.',
    parts: 'A session is one encrypted cookie.',
    cart: survivesRestart,
    noStatements: 'no PostgreSQL statements; the session is in the cookie',
  },
  memory: {
    storedIn: 'the memory of this server',
    newPassword: logsOut,
    nothing: 'nothing in memory, no cookie',
    headline,
    summary: 'the browser gets a signed cookie, and this server stores the data in memory until it stops.',
    parts: 'A session is a cookie with a signed token and an object in the memory of this server.',
    cart: 'It survives logging in, but not a server restart.',
    noStatements: 'no PostgreSQL statements; sessions are in memory',
  },
}

/** The engine that the environment names. */
export const engine = checked(process.env.SESSION_ENGINE ?? 'db')

/** The texts of this engine. */
export const engineTexts = texts[engine]

function checked(name: string): Engine {
  if (!isEngine(name)) throw new Error(`SESSION_ENGINE is ${name}; use ${Object.keys(texts).join(', ')}`)
  return name
}

function isEngine(name: string): name is Engine {
  return Object.hasOwn(texts, name)
}
