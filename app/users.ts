import { and, eq, inArray } from 'drizzle-orm'
import { database } from './db'
import { hideParameters } from './db/hide-parameters'
import { users } from './db/schema'
import { hashPassword, lengthProblem, verifyPassword } from './password'

/** A user, without the password hash. */
export type User = { readonly id: string; readonly username: string; readonly role: 'user' | 'admin' }

const publicColumns = { id: users.id, username: users.username, role: users.role }

/** Returns the user with this name and password, or null. Takes as long for an unknown name as for a wrong password. */
export async function authenticate(username: string, password: string): Promise<User | null> {
  if (!/^[\w.@-]{1,100}$/.test(username)) return null
  const db = await database()
  const query = db
    .select({ ...publicColumns, passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.username, username))
  const [found] = await hideParameters(query)
  const matches = await verifyPassword(password, found?.passwordHash)
  if (!found || !matches) return null
  const { passwordHash: _, ...user } = found
  return user
}

/** The reason why a password was not changed: `current` is wrong, or the new one is too short or too long. */
export type PasswordProblem = 'current' | 'short' | 'long'

/** Stores a new password if `current` is the user's current one. Returns the problem, or null on success. */
export async function changePassword(id: string, current: string, wanted: string): Promise<PasswordProblem | null> {
  const problem = lengthProblem(wanted)
  if (problem) return problem
  const db = await database()
  const [found] = await hideParameters(db.select({ passwordHash: users.passwordHash }).from(users).where(eq(users.id, id)))
  if (!found || !(await verifyPassword(current, found.passwordHash))) return 'current'
  const passwordHash = await hashPassword(wanted)
  // If two requests change the password at the same time, only the first matches the old hash. The second gets `current`.
  const unchanged = and(eq(users.id, id), eq(users.passwordHash, found.passwordHash))
  const changed = await hideParameters(db.update(users).set({ passwordHash }).where(unchanged).returning({ id: users.id }))
  return changed.length === 1 ? null : 'current'
}

/** Returns the user with this id, or null. */
export async function findUser(id: string): Promise<User | null> {
  const db = await database()
  const [found] = await hideParameters(db.select(publicColumns).from(users).where(eq(users.id, id)))
  return found ?? null
}

/** Returns the usernames by user id. Unknown ids are left out. */
export async function findUsernames(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const db = await database()
  const query = db
    .select(publicColumns)
    .from(users)
    .where(inArray(users.id, [...ids]))
  const found = ids.length > 0 ? await hideParameters(query) : []
  return new Map(found.map(({ id, username }) => [id, username]))
}
