import { type Adopt, createSessions, type Sessions } from 'coatcheck'
import { drizzleStore, migrate, type PostgresDatabase } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { createDatabase, query } from '../postgres'
import { sharedServer } from '../shared-server'

/** A browser's cookies by name, as its `Cookie` header has them. */
export type Cookies = Readonly<Record<string, string>>

/** An app whose users are logged in by another library. */
export interface OldApp {
  /** The function of the guide. */
  readonly adopt: Adopt
  /** Logs a user in with the library itself, and returns the cookies that it sets. */
  login(): Promise<{ readonly userId: string; readonly cookies: Cookies }>
  /** Returns the user whom the library itself finds in these cookies, or null. */
  userOf(cookies: Cookies): Promise<string | null>
  /** Returns cookies that the library did not make, similar to these. */
  forge(cookies: Cookies): Cookies
  /** Moves the expiry of all sessions of the library to an hour ago. */
  expire(): Promise<void>
  /** Deletes all sessions of the library, if it has a table. */
  readonly revoke?: () => Promise<void>
}

/** A new database that the old app and Coatcheck share, and the sessions of Coatcheck in it. */
export interface SharedDatabase {
  readonly pool: Pool
  readonly db: PostgresDatabase
  close(): Promise<void>
}

/** Opens a database whose time zone is not UTC, because libraries store times without a zone. */
export async function openShared(): Promise<SharedDatabase> {
  const url = await createDatabase(await sharedServer('postgres'))
  const name = new URL(url).pathname.slice(1)
  await query(url, `alter database ${name} set timezone to 'America/New_York'`)
  const pool = new Pool({ connectionString: url })
  const db = drizzle(pool)
  await migrate(db)
  return { pool, db, close: () => pool.end() }
}

export const secret = 'a secret for tests, 32 characters'

export type AdoptingSessions = Sessions<{ cart: unknown }>

/** Creates the sessions of an app that has moved to Coatcheck. */
export function movedApp({ db }: SharedDatabase, adopt: Adopt): AdoptingSessions {
  return createSessions<{ cart: unknown }>({ secret, store: drizzleStore(db), adopt, autoClear: false })
}

/** Returns the cookies that a response sets, without their attributes. */
export function cookiesOf(response: Response, before: Cookies = {}): Cookies {
  const set = response.headers.getSetCookie().map((line) => {
    const [pair = ''] = line.split(';')
    const at = pair.indexOf('=')
    return [pair.slice(0, at), pair.slice(at + 1)] as const
  })
  return { ...before, ...Object.fromEntries(set) }
}

/** Returns the `Cookie` header of a request with these cookies. */
export const headerOf = (cookies: Cookies) =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')

/** Returns the cookies after replacing a character in the middle of each value. */
export function withChangedValues(cookies: Cookies): Cookies {
  const changed = (value: string) => {
    const at = Math.floor(value.length / 2)
    return `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`
  }
  return Object.fromEntries(Object.entries(cookies).map(([name, value]) => [name, changed(value)]))
}
