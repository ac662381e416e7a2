import path from 'node:path'
import { compare, hash, truncates } from 'bcryptjs'
import { and, eq, inArray } from 'drizzle-orm'
import { database, type OpenDatabase } from './db'
import { users } from './schema'

/** A user, without the password. */
export type User = { readonly id: string; readonly username: string; readonly role: 'user' | 'admin' }

/** The accounts that the login page names. */
export const demoAccounts = [
  { username: 'demo', password: 'demo', role: 'user' },
  { username: 'admin', password: 'admin', role: 'admin' },
] as const

const bcryptCost = 10
const publicColumns = { id: users.id, username: users.username, role: users.role }

/** The user with this name and password, or null; takes as long for an unknown name as for a wrong password. */
export async function authenticate(username: string, password: string): Promise<User | null> {
  if (!/^[\w.@-]{1,100}$/.test(username)) return null
  const db = await database()
  const wanted = db
    .select({ ...publicColumns, passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.username, username))
  const [found] = await discreetly(wanted)
  const matches = await compare(password, found?.passwordHash ?? (await unknownUserHash()))
  if (!found || !matches) return null
  const { passwordHash: _, ...user } = found
  return user
}

/** Why a password is not changed: a code, which the page puts into words. */
export type PasswordProblem = 'current' | 'short' | 'long'

export const shortestPassword = 8

/** Gives the user a new password, if `current` is the one until now; answers what is against it, or null. */
export async function changePassword(id: string, current: string, wanted: string): Promise<PasswordProblem | null> {
  if (wanted.length < shortestPassword) return 'short'
  if (truncates(wanted)) return 'long'
  const db = await database()
  const [found] = await discreetly(db.select({ passwordHash: users.passwordHash }).from(users).where(eq(users.id, id)))
  if (!found || !(await compare(current, found.passwordHash))) return 'current'
  const passwordHash = await hash(wanted, bcryptCost)
  // Of two changes at once one wins: to the other, `current` is not the current one any more.
  const unchanged = and(eq(users.id, id), eq(users.passwordHash, found.passwordHash))
  const changed = await discreetly(db.update(users).set({ passwordHash }).where(unchanged).returning({ id: users.id }))
  return changed.length === 1 ? null : 'current'
}

/** The user with this id, or null. */
export async function findUser(id: string): Promise<User | null> {
  const db = await database()
  const [found] = await discreetly(db.select(publicColumns).from(users).where(eq(users.id, id)))
  return found ?? null
}

/** The names of these users, by id; ids of nobody are left out. */
export async function findUsernames(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const db = await database()
  const wanted = db
    .select(publicColumns)
    .from(users)
    .where(inArray(users.id, [...ids]))
  const found = ids.length > 0 ? await discreetly(wanted) : []
  return new Map(found.map(({ id, username }) => [id, username]))
}

/** Creates the users' table and the demo accounts, if they are missing. */
export async function prepareUsers({ driver, db }: OpenDatabase): Promise<void> {
  const { migrate } =
    driver === 'pg' ? await import('drizzle-orm/node-postgres/migrator') : await import('drizzle-orm/pglite/migrator')
  await migrate(db as never, {
    migrationsFolder: path.join(process.cwd(), 'app', 'migrations'),
    migrationsTable: 'demo_migrations',
  })
  const rows = demoAccounts.map(async ({ username, password, role }) => ({
    username,
    role,
    passwordHash: await hash(password, bcryptCost),
  }))
  const accounts = await Promise.all(rows)
  await discreetly(db.insert(users).values(accounts).onConflictDoNothing())
}

/** Drizzle's error holds the statement's parameters, and what is thrown gets into the log: so only the code is passed on. */
async function discreetly<T>(statement: PromiseLike<T>): Promise<T> {
  try {
    return await statement
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    const code = cause instanceof Error && 'code' in cause ? cause.code : 'no code'
    throw new Error(`The table of users did not answer (${code}).`)
  }
}

let unknownHash: Promise<string> | undefined

function unknownUserHash(): Promise<string> {
  unknownHash ??= hash('nobody', bcryptCost)
  return unknownHash
}
