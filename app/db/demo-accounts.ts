import type { PostgresDatabase } from 'coatcheck/drizzle'
import { hashPassword } from '../password'
import { hideParameters } from './hide-parameters'
import { users } from './schema'

/** The accounts that the login page names. */
export const demoAccounts = [
  { username: 'demo', password: 'demo', role: 'user' },
  { username: 'admin', password: 'admin', role: 'admin' },
] as const

/** Inserts the demo accounts that are missing. Existing ones keep their passwords. */
export async function insertDemoAccounts(db: PostgresDatabase): Promise<void> {
  const rows = demoAccounts.map(async ({ username, password, role }) => ({
    username,
    role,
    passwordHash: await hashPassword(password),
  }))
  const accounts = await Promise.all(rows)
  await hideParameters(db.insert(users).values(accounts).onConflictDoNothing())
}
