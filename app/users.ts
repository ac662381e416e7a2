import { and, eq, inArray } from 'drizzle-orm'
import { database } from './db'
import { hideParameters } from './db/hide-parameters'
import { users } from './db/schema'
import { hashPassword, lengthProblem, verifyPassword } from './password'

/** A user. Never pass one to a client component, because of the password hash. */
export type User = typeof users.$inferSelect

/** Returns the user with this name and password, or null. Takes as long for an unknown name as for a wrong password. */
export async function authenticate(username: string, password: string): Promise<User | null> {
  if (!/^[\w.@-]{1,100}$/.test(username)) return null
  const db = await database()
  const [found] = await hideParameters(db.select().from(users).where(eq(users.username, username)))
  const matches = await verifyPassword(password, found?.passwordHash)
  return found && matches ? found : null
}

/** The reason why a password was not changed: `current` is wrong, or the new one is too short or too long. */
export type PasswordProblem = 'current' | 'short' | 'long'

/** Stores a new password if `current` is the user's current one. Returns the changed user, or the problem. */
export async function changePassword(user: User, current: string, wanted: string): Promise<User | PasswordProblem> {
  const problem = lengthProblem(wanted)
  if (problem) return problem
  if (!(await verifyPassword(current, user.passwordHash))) return 'current'
  const db = await database()
  const passwordHash = await hashPassword(wanted)
  // If two requests change the password at the same time, only the first matches the old hash. The second gets `current`.
  const unchanged = and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash))
  const [changed] = await hideParameters(db.update(users).set({ passwordHash }).where(unchanged).returning())
  return changed ?? 'current'
}

/** Returns the user with this id, or null. */
export async function findUser(id: string): Promise<User | null> {
  const db = await database()
  const [found] = await hideParameters(db.select().from(users).where(eq(users.id, id)))
  return found ?? null
}

/** Returns the usernames by user id. Unknown ids are left out. */
export async function findUsernames(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const db = await database()
  const query = db
    .select({ id: users.id, username: users.username })
    .from(users)
    .where(inArray(users.id, [...ids]))
  const found = ids.length > 0 ? await hideParameters(query) : []
  return new Map(found.map(({ id, username }) => [id, username]))
}
