import { randomBytes } from 'node:crypto'
import type { CommandResult } from './terminal.ts'

/** Runs `coatcheck secret`: returns a new secret, 256 random bits in base64url. */
export async function secret(): Promise<CommandResult> {
  const created = randomBytes(32).toString('base64url')
  return { text: created, json: { secret: created } }
}
