import path from 'node:path'
import { compare, hash } from 'bcryptjs'
import { eq, inArray } from 'drizzle-orm'
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
  const [found] = await db
    .select({ ...publicColumns, passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.username, username))
  const matches = await compare(password, found?.passwordHash ?? (await unknownUserHash()))
  if (!found || !matches) return null
  const { passwordHash: _, ...user } = found
  return user
}

/** The user with this id, or null. */
export async function findUser(id: string): Promise<User | null> {
  const db = await database()
  const [found] = await db.select(publicColumns).from(users).where(eq(users.id, id))
  return found ?? null
}

/** The names of these users, by id; ids of nobody are left out. */
export async function findUsernames(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const db = await database()
  const found =
    ids.length > 0
      ? await db
          .select(publicColumns)
          .from(users)
          .where(inArray(users.id, [...ids]))
      : []
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
  await db
    .insert(users)
    .values(await Promise.all(rows))
    .onConflictDoNothing()
}

let unknownHash: Promise<string> | undefined

function unknownUserHash(): Promise<string> {
  unknownHash ??= hash('nobody', bcryptCost)
  return unknownHash
}
