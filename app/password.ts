import { compare, hash, truncates } from 'bcryptjs'

/** The minimum length of a new password, in characters. */
export const minPasswordLength = 8

const bcryptCost = 10

/** Returns the bcrypt hash of a password. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, bcryptCost)
}

/** Returns true if the password has this hash. Takes as long for an undefined hash (an unknown user) as for a wrong password. */
export async function verifyPassword(password: string, passwordHash: string | undefined): Promise<boolean> {
  const matches = await compare(password, passwordHash ?? (await unknownUserHash()))
  return matches && passwordHash !== undefined
}

/** Returns why a new password is rejected, or null. The maximum is bcrypt's: 72 bytes. */
export function lengthProblem(password: string): 'short' | 'long' | null {
  if (password.length < minPasswordLength) return 'short'
  return truncates(password) ? 'long' : null
}

let unknownHash: Promise<string> | undefined

function unknownUserHash(): Promise<string> {
  unknownHash ??= hashPassword('nobody')
  return unknownHash
}
